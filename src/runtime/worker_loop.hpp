// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

#include "os/unique_fd.hpp"

namespace tandem::runtime {

/// The life of a worker: maps its segment and its parent's bell, given as descriptors in that
/// order, and runs tasks until it is told to stop. Returns the exit code.
[[nodiscard]] int run_worker(std::vector<os::unique_fd> descriptors);

} // namespace tandem::runtime

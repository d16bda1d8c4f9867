// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "launch/child_start.hpp"

namespace tandem::runtime {

/// The life of a worker: maps its segment and its parent's bell, the first and the second of its
/// descriptors, and runs tasks until it is told to stop. Returns the exit code.
[[nodiscard]] int run_worker(launch::child_start& start);

} // namespace tandem::runtime

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

#include "os/unique_fd.hpp"

namespace tandem::launch {

/// What a forked child runs; gets the descriptors meant for it and returns its exit code.
using child_main = int (*)(std::vector<os::unique_fd> descriptors);

/// If this process was started as a forkserver, serves until the program that started it has ended
/// or closed its side, and never returns: neither in the server nor in the children that it forks.
/// Returns at once in any other process.
void serve_if_forkserver(child_main run_child);

} // namespace tandem::launch

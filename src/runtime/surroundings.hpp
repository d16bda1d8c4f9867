// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "launch/child_start.hpp"
#include "tandem/process_options.hpp"

namespace tandem::runtime {

/// What a worker of a pool gets from this process: names, working directory, standard output and
/// error, its share of threads and slots.
/// \throws launch_error
[[nodiscard]] launch::child_start worker_start(int library_threads);

/// The same for a process, and what its options say. `forks`: it will be a fork of this one.
/// \throws launch_error if something that the options name is not there.
[[nodiscard]] launch::child_start start_with(const process_options& options, bool forks);

} // namespace tandem::runtime

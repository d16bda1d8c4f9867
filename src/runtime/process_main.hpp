// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "launch/child_start.hpp"
#include "tandem/detail/process_body.hpp"

namespace tandem::runtime {

/// The life of a process whose function crossed to it; returns the exit code.
[[nodiscard]] int run_process(launch::child_start& start);

/// The life of a process that is a fork of its parent.
[[nodiscard]] int run_forked_process(launch::child_start& start, detail::process_body& body);

/// What a forkserver does with what mp::forkserver_preload() was given: returns what went wrong.
[[nodiscard]] std::string run_preload(std::span<const std::byte> payload);

/// Sets up, once in a forkserver, what each of its children would have to set up anew: the tables
/// of code, addresses of library functions, pages that are written once.
void warm_up();

} // namespace tandem::runtime

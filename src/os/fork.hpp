// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

/// Forks. Returns 0 in the child, the child's process id in the parent. Only for a process without
/// further threads: the child may then do anything, not just async-signal-safe calls.
[[nodiscard]] result<int> fork_process() noexcept;

/// Makes `process` (0: this one) the leader of a new process group. Called on both sides of a fork,
/// so that neither can get ahead of the other.
void lead_process_group(int process) noexcept;

/// Asks the kernel for SIGKILL when `parent` ends, and ends now if it has ended already.
/// Source  prctl(2), PR_SET_PDEATHSIG. It follows the parent's *thread*: only for a parent that
///         has a single one.
void die_with_parent(int parent) noexcept;

/// Moves `descriptors` to inherited_descriptor and the numbers behind it, in order, and closes all
/// others but 0, 1 and 2. Returns the owners of the moved ones.
[[nodiscard]] result<std::vector<unique_fd>> keep_descriptors(std::span<const int> descriptors);

/// Opens /dev/null under those of the numbers 0, 1 and 2 that are closed, so that nothing of ours
/// gets them, and is then written to as standard output.
void fill_standard_descriptors() noexcept;

/// Raises the limit of open descriptors as far as it may be; returns what it was.
std::size_t raise_descriptor_limit() noexcept;
void set_descriptor_limit(std::size_t limit) noexcept;

/// Makes ended children wait to be reaped, whatever an initialiser has set up for SIGCHLD.
void keep_ended_children() noexcept;

/// The name that ps and top show.
void set_process_name(const char* name) noexcept;

/// Makes standard output and error line-buffered, so that what a worker has printed is out when it
/// crashes, and lines of several workers do not mix.
void buffer_output_by_line() noexcept;

/// Writes out what stdio and iostreams hold, then ends without running atexit handlers or
/// destructors of static objects: those belong to the program, not to its workers.
[[noreturn]] void end_process(int code) noexcept;

/// Reads and removes an environment variable; empty if it is not set.
[[nodiscard]] std::string take_environment_variable(const char* name);

} // namespace tandem::os

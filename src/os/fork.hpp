// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

/// Forks. Returns 0 in the child, the child's process id in the parent. Only in a process without
/// further threads may the child do anything; else just async-signal-safe calls.
[[nodiscard]] result<int> fork_process() noexcept;

/// Threads of this process; 1 if the system does not tell.
[[nodiscard]] int thread_count() noexcept;
/// True in the thread that main() was called in.
[[nodiscard]] bool is_main_thread() noexcept;

/// Makes `process` (0: this one) the leader of a new process group. Called on both sides of a fork,
/// so that neither can get ahead of the other.
void lead_process_group(int process) noexcept;

/// Asks the kernel for SIGKILL when `parent` ends, and ends now if it has ended already.
/// Source  prctl(2), PR_SET_PDEATHSIG. It follows the parent's *thread*: only for a child of a
///         thread that lives as long as its process.
void die_with_parent(int parent) noexcept;
/// Takes that back.
void live_without_parent() noexcept;

/// Gives every signal its default disposition and unblocks it.
void reset_signals() noexcept;

/// Blocks SIGHUP, SIGINT, SIGQUIT and SIGTERM; unblocks all signals.
void block_ending_signals() noexcept;
void unblock_signals() noexcept;

/// Closes all descriptors but 0, 1, 2 and `kept`.
void close_descriptors_except(std::vector<int> kept) noexcept;

/// Makes the number `target` another name of `source`, inherited by programs that are executed.
[[nodiscard]] result<void> redirect_descriptor(int source, int target) noexcept;

/// Opens /dev/null under those of the numbers 0, 1 and 2 that are closed, so that nothing of ours
/// gets them, and is then written to as standard output.
void fill_standard_descriptors() noexcept;

/// Makes ended children wait to be reaped, whatever an initialiser has set up for SIGCHLD.
void keep_ended_children() noexcept;

[[nodiscard]] result<void> set_niceness(int niceness) noexcept;

/// The name that ps and top show, cut to 15 bytes.
void set_process_name(const std::string& name) noexcept;

/// Makes standard output and error line-buffered, so that what a worker has printed is out when it
/// crashes, and lines of several workers do not mix.
void buffer_output_by_line() noexcept;

/// Writes out what stdio and iostreams hold; while there are further threads, only standard output
/// and error, and those only unless another thread has locked them.
void flush_output() noexcept;

/// Writes out what stdio and iostreams hold, then ends without running atexit handlers or
/// destructors of static objects: those belong to the program, not to its children.
[[noreturn]] void end_process(int code) noexcept;

} // namespace tandem::os

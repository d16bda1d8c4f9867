// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

[[nodiscard]] int current_process() noexcept;
[[nodiscard]] int parent_process() noexcept;

/// A descriptor for process `id` (pidfd): it becomes readable when the process ends, and a signal
/// sent through it can never hit another process that got the number later. The caller makes sure
/// that `id` still is the process it means: its own child not yet reaped, or its parent.
[[nodiscard]] result<unique_fd> open_process(int id) noexcept;

void send_signal(const unique_fd& process, int signal) noexcept;

/// Ends a whole process group with SIGKILL. Only while its leader has not been reaped, since
/// another group may get the number afterwards.
void kill_group(int leader) noexcept;

/// Makes this process the parent of all its descendants whose own parent has ended (prctl(2),
/// PR_SET_CHILD_SUBREAPER).
void adopt_orphans() noexcept;
/// Ends all descendants of a process that adopts orphans, and reaps them, but for its children
/// `spared` and theirs.
void end_descendants(std::span<const int> spared);

/// Ends this process and its group with SIGKILL.
[[noreturn]] void kill_own_group() noexcept;

/// How a child ended.
struct child_end {
    bool signalled = false;
    bool core_dumped = false;
    int value = 0; // signal number if signalled, exit code otherwise
    std::size_t peak_rss_bytes = 0;
    std::chrono::microseconds user_time{0};
    std::chrono::microseconds system_time{0};
    std::int64_t minor_faults = 0; // pages that were there, but not mapped
    std::int64_t major_faults = 0; // pages that had to be read
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
};

enum class child_state : std::uint8_t {
    running,
    ended, // and not reaped: its number, and that of its group, are still its own
    gone,  // reaped by somebody else in this process, or by the kernel (SIGCHLD ignored)
};
[[nodiscard]] child_state state_of(int child) noexcept;

/// True if a signal has stopped the process (SIGSTOP, not a debugger) and nothing has continued it.
[[nodiscard]] bool is_stopped(int process) noexcept;

/// Takes the exit status of a child that has ended; nullopt while it runs. ECHILD if somebody else
/// in this process has taken it.
[[nodiscard]] result<std::optional<child_end>> reap(int child) noexcept;

/// The same, and before it ends what the child has left behind in its process group, while the
/// number of the group is still its own.
[[nodiscard]] result<std::optional<child_end>> end_group_and_reap(int child) noexcept;

/// Kills a child and its group, waits for its end, for a second at most, and reaps it. Returns how
/// it ended, if that can be known: by itself perhaps.
std::optional<child_end> kill_and_reap(int child) noexcept;

} // namespace tandem::os

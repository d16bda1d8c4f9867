// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

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

/// How a child ended.
struct child_end {
    bool signalled = false;
    bool core_dumped = false;
    int value = 0; // signal number if signalled, exit code otherwise
    std::size_t peak_rss_bytes = 0;
    std::chrono::microseconds cpu_time{0}; // user and system
};

/// True if the child has ended; it stays unreaped, so its number is still its own, unless somebody
/// else in this process has reaped it.
[[nodiscard]] bool has_ended(int child) noexcept;

/// Takes the exit status of a child that has ended; nullopt while it runs. ECHILD if somebody else
/// in this process has taken it.
[[nodiscard]] result<std::optional<child_end>> reap(int child) noexcept;

/// Waits for the end of a child that was sent SIGKILL, for a second at most, and reaps it.
void reap_killed(int child) noexcept;

} // namespace tandem::os

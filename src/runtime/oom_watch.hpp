// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace tandem::runtime {

/// Tells whether it was the kernel that killed a worker, for want of memory. The kernel counts such
/// kills and does not say whom they hit: a worker that ends by SIGKILL is taken for one if the
/// count has grown since the watch last looked, or did so less than two seconds before.
///
/// The count is that of the control group that this process is in, or else the machine's: there a
/// kill of another program can be mistaken for one of ours, if it comes at the same time.
///
/// Sharing   one thread at a time.
/// Cost      20 microseconds for each reading of the count.
/// Source    cgroup v2: Documentation/admin-guide/cgroup-v2.rst, memory.events; v1:
///           memory.oom_control; proc_vmstat(5)
class oom_watch {
public:
    using time = std::chrono::steady_clock::time_point;

    /// `root` has the files of /proc and /sys in it.
    explicit oom_watch(std::string root = {}) : root_{std::move(root)} {}

    /// Looks whether there were kills, if it has not for a second. Those before the first look do
    /// not count, and the more often it looks, the less it takes an old kill for a new one.
    void look(time now);

    /// A worker of this process has ended by SIGKILL, and not by ours: true if it was the kernel.
    /// Each kill counts once.
    [[nodiscard]] bool take_kill(time now);

private:
    void count_kills(time now);

    std::string root_;
    std::string file_; // found at the first look
    std::uint64_t counted_ = 0;
    std::uint64_t fresh_ = 0; // kills that no worker's end was put down to
    time looked_at_{};
    time fresh_since_{};
};

} // namespace tandem::runtime

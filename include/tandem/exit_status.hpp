// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "tandem/detail/export.hpp"

namespace tandem {

/// What a process has used, with those of its children that it has waited for.
/// Source  getrusage(2).
struct resource_usage {
    /// The most physical memory that it had at a time, with what a fork has from its parent.
    std::size_t peak_rss_bytes = 0;
    std::chrono::microseconds user_time{0};
    std::chrono::microseconds system_time{0};
    std::int64_t minor_faults = 0; // pages that were in memory, but not mapped
    std::int64_t major_faults = 0; // pages that had to be read from a file or from swap
    std::int64_t voluntary_switches = 0;
    std::int64_t involuntary_switches = 0;
};

/// How a process ended: with an exit code, by a signal, or in a way that nobody could learn: its
/// server was killed with it, or another part of the program took the status of a fork.
class TANDEM_EXPORT exit_status {
public:
    /// The end is not known.
    exit_status() = default;
    [[nodiscard]] static exit_status exited(int code, const resource_usage& usage = {}) noexcept;
    [[nodiscard]] static exit_status killed_by(int signal, bool core_dumped = false,
                                               const resource_usage& usage = {}) noexcept;

    /// The exit code, unless a signal ended the process.
    [[nodiscard]] std::optional<int> code() const noexcept;
    /// The number of the signal that ended the process, if one did.
    [[nodiscard]] std::optional<int> signal() const noexcept;
    [[nodiscard]] bool core_dumped() const noexcept { return core_dumped_; }
    [[nodiscard]] bool success() const noexcept { return code() == 0; }
    /// All zero if the end is not known.
    [[nodiscard]] const resource_usage& usage() const noexcept { return usage_; }

    /// Such as "exited with code 3" or "killed by signal 11 (SIGSEGV), core dumped".
    [[nodiscard]] std::string describe() const;

    /// The same end, whatever was used.
    friend bool operator==(const exit_status& a, const exit_status& b) noexcept {
        return a.cause_ == b.cause_ && a.core_dumped_ == b.core_dumped_ && a.value_ == b.value_;
    }

private:
    enum class cause : unsigned char { unknown, exited, signalled };

    cause cause_ = cause::unknown;
    bool core_dumped_ = false;
    int value_ = 0;
    resource_usage usage_;
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <time.h>

#include <chrono>
#include <ctime>
#include <optional>

namespace tandem::os {

[[nodiscard]] inline std::timespec to_timespec(std::chrono::nanoseconds duration) noexcept {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
    std::timespec converted{};
    converted.tv_sec = static_cast<std::time_t>(seconds.count());
    converted.tv_nsec = static_cast<long>((duration - seconds).count());
    return converted;
}

/// CLOCK_MONOTONIC, which all processes share.
[[nodiscard]] inline std::chrono::nanoseconds monotonic_time() noexcept {
    return std::chrono::steady_clock::now().time_since_epoch();
}

[[nodiscard]] inline std::chrono::nanoseconds to_nanoseconds(const std::timespec& time) noexcept {
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

/// Processor time that this process has used, all threads together.
[[nodiscard]] inline std::chrono::nanoseconds own_cpu_time() noexcept {
    std::timespec now{};
    (void)::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return to_nanoseconds(now);
}

/// The same of another process; nullopt if it has ended.
[[nodiscard]] inline std::optional<std::chrono::nanoseconds> cpu_time_of(int process) noexcept {
    clockid_t clock{};
    std::timespec now{};
    if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &now) != 0)
        return std::nullopt;
    return to_nanoseconds(now);
}

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Limits of waiting as the compiled half of the library takes them.

#include <chrono>
#include <optional>

namespace tandem::detail {

/// Without a time: for as long as it takes.
using deadline = std::optional<std::chrono::steady_clock::time_point>;

/// A limit of a century or more is none.
template <class Rep, class Period>
[[nodiscard]] deadline deadline_after(const std::chrono::duration<Rep, Period>& limit) {
    using clock = std::chrono::steady_clock;
    constexpr std::chrono::hours century{24 * 365 * 100};
    const auto now = clock::now();
    // Seconds as floating point hold any limit.
    if (!(std::chrono::duration<double>{limit} < century)) return std::nullopt;
    if (limit <= limit.zero()) return now;
    return now + std::chrono::ceil<clock::duration>(limit);
}

/// Calls `wait` with a deadline until it returns true, or `when` has come on its own clock, which
/// may be set while we wait.
template <class Clock, class Duration, class Wait>
[[nodiscard]] bool wait_until(const std::chrono::time_point<Clock, Duration>& when, Wait wait) {
    for (;;) {
        const auto now = Clock::now();
        if (wait(when <= now ? deadline{std::chrono::steady_clock::now()}
                             : deadline_after(when - now)))
            return true;
        if (Clock::now() >= when) return false;
    }
}

} // namespace tandem::detail

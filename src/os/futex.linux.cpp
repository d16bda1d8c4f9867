// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <climits>

#include "os/clock.hpp"

namespace tandem::os {

void futex_wait(const futex_word& word, std::uint32_t expected,
                std::chrono::nanoseconds timeout) noexcept {
    const auto limit = to_timespec(timeout);
    // The reasons to return (woken, changed already, interrupted, time is up) are all one to us.
    (void)::syscall(SYS_futex, &word, FUTEX_WAIT, expected, &limit, nullptr, 0);
}

void futex_wake_all(const futex_word& word) noexcept {
    (void)::syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

std::uint32_t futex_wake(const futex_word& word, std::uint32_t most) noexcept {
    const auto limit = std::min<std::uint32_t>(most, INT_MAX);
    const auto woken = ::syscall(SYS_futex, &word, FUTEX_WAKE, limit, nullptr, nullptr, 0);
    return woken < 0 ? 0 : static_cast<std::uint32_t>(woken);
}

bool wait_for_any(std::span<const futex_expectation> words) noexcept {
    if (words.size() > most_futexes) return false;
    std::array<futex_waitv, most_futexes> waits{};
    for (std::size_t i = 0; i < words.size(); ++i)
        waits[i] = {.val = words[i].expected,
                    .uaddr = std::bit_cast<std::uintptr_t>(words[i].word),
                    .flags = FUTEX_32,
                    .__reserved = 0};
    if (::syscall(SYS_futex_waitv, waits.data(), words.size(), 0, nullptr, 0) != -1) return true;
    return errno == EAGAIN || errno == EINTR;
}

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

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

} // namespace tandem::os

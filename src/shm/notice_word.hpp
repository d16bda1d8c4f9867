// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What a condition variable has in shared memory: the number of notices, to sleep on.
//
// Word      bit 0: somebody may sleep; above: notices so far, modulo 2^31.
// Protocol  a waiter reads the number while it holds the mutex, unlocks, and sleeps until the
//           number is another one. Who changes the condition changes the number afterwards.
// Writers   everybody, by one atomic operation: each change is whole, wherever a process dies.
// Crash     no notice is lost. If the one that was woken dies, or the notifier before it wakes
//           anybody, all that slept look for themselves (wait_limit) and see another number: one
//           notice makes each of them return within a tenth of a second, and look at its condition.
//
//   [noticed]  notify() changes the word -> number() loads it:  what was done before is done.

#include <cstdint>

#include "fault/fault.hpp"
#include "os/futex.hpp"
#include "shm/wait_limit.hpp"

namespace tandem::shm {

class notice_word {
public:
    [[nodiscard]] std::uint32_t number() const noexcept {
        return word_.load(std::memory_order_acquire) / once; // [noticed]
    }
    /// Waits until the number is not `seen`; false if the time is over.
    [[nodiscard]] bool wait(std::uint32_t seen, const deadline& until) noexcept {
        const wait_limit limit{until};
        while (number() == seen) {
            if (limit.is_over()) return false;
            // Relaxed: the bit carries no data.
            const auto now = word_.fetch_or(sleeping, std::memory_order_relaxed) | sleeping;
            fault::hit("condition_variable.before_sleep");
            if (now / once == seen) limit.sleep(word_, now);
            fault::hit("condition_variable.woken");
        }
        return true;
    }
    void notify(std::uint32_t most) noexcept {
        const auto before = word_.fetch_add(once, std::memory_order_release); // [noticed]
        fault::hit("condition_variable.before_wake");
        if ((before & sleeping) != 0) wake_sleepers(word_, sleeping, most);
    }

private:
    static constexpr std::uint32_t sleeping = 1;
    static constexpr std::uint32_t once = 2;

    os::futex_word word_{0};
};

} // namespace tandem::shm

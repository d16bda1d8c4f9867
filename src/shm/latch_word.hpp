// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// A latch in one word of shared memory: how often it is still to be counted down.
//
// Writers   everybody, by compare-and-exchange: each change is whole, wherever a process dies.
// Crash     a process that dies after it has counted to zero and before it wakes the sleepers
//           delays them until they look for themselves (wait_limit).
//
//   [counted]  count_down() changes the word -> is_open() loads it:  what was done before is done.

#include <cstdint>

#include "fault/fault.hpp"
#include "os/futex.hpp"
#include "shm/wait_limit.hpp"

namespace tandem::shm {

class latch_word {
public:
    explicit latch_word(std::uint32_t count) noexcept : word_{count} {}

    /// False if the count is less than `steps`; nothing happens in that case.
    [[nodiscard]] bool count_down(std::uint32_t steps) noexcept {
        auto seen = word_.load(std::memory_order_relaxed); // the exchange orders
        do {
            if (seen < steps) return false;
            // Release: [counted], and acquire, as who comes last has seen all others. Relaxed on
            // failure: tried again.
        } while (!word_.compare_exchange_weak(seen, seen - steps, std::memory_order_acq_rel,
                                              std::memory_order_relaxed));
        fault::hit("latch.before_wake");
        if (seen == steps && steps != 0) os::futex_wake_all(word_);
        return true;
    }
    [[nodiscard]] bool is_open() const noexcept {
        return word_.load(std::memory_order_acquire) == 0; // [counted]
    }
    /// False if the time is over.
    [[nodiscard]] bool wait(const deadline& until) const noexcept {
        const wait_limit limit{until};
        const auto open = [this] { return is_open(); };
        if (open() || (!limit.is_over() && spin_before_sleep(open))) return true;
        while (!limit.is_over()) {
            const auto seen = word_.load(std::memory_order_relaxed); // is_open() orders
            if (seen != 0) limit.sleep(word_, seen);
            if (is_open()) return true;
        }
        return false;
    }

private:
    os::futex_word word_;
};

} // namespace tandem::shm

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// A counting semaphore in one word of shared memory.
//
// Word      bit 31: somebody may sleep; below: how often it can be acquired now.
// Writers   everybody, by compare-and-exchange: each change is whole, wherever a process dies.
// Crash     what a dead process has acquired is not given back, since a semaphore has no owner. One
//           that dies before it wakes the sleepers, or once it is woken, delays them until they
//           look for themselves (wait_limit).
// Trust     a word that somebody has scribbled on is some other number of units.
//
//   [released]  release() changes the word -> try_acquire() loads it:  what was done before is
//   done.

#include <cstdint>

#include "os/futex.hpp"
#include "shm/wait_limit.hpp"

namespace tandem::shm {

class semaphore_word {
public:
    static constexpr std::uint32_t sleeping = std::uint32_t{1} << 31;
    static constexpr std::uint32_t largest = sleeping - 1;

    /// `initial` <= `most` <= largest.
    semaphore_word(std::uint32_t initial, std::uint32_t most) noexcept
        : word_{initial}, most_{most} {}

    [[nodiscard]] bool try_acquire() noexcept;
    /// False if the time is over.
    [[nodiscard]] bool acquire(const deadline& until) noexcept;
    /// False if there would be more than `most` units then; nothing happens in that case.
    [[nodiscard]] bool release(std::uint32_t units) noexcept;
    [[nodiscard]] std::uint32_t value() const noexcept {
        // Relaxed: out of date as soon as it is read.
        return word_.load(std::memory_order_relaxed) & largest;
    }

private:
    os::futex_word word_;
    std::uint32_t most_; // never changes
};

} // namespace tandem::shm

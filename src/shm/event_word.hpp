// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// A flag in one word of shared memory.
//
// Word      bit 0: it is set; bit 1: somebody may sleep; above: how often it has been set, so that
//           who waits notices a flag that was set and cleared again at once.
// Writers   everybody, by compare-and-exchange: each change is whole, wherever a process dies.
// Crash     a process that dies after it has set the flag and before it wakes the sleepers delays
//           them until they look for themselves (wait_limit).
//
//   [set]  set() changes the word -> is_set(), wait() load it:  what was done before is done.

#include <cstdint>

#include "os/futex.hpp"
#include "shm/wait_limit.hpp"

namespace tandem::shm {

class event_word {
public:
    void set() noexcept;
    void clear() noexcept;
    [[nodiscard]] bool is_set() const noexcept {
        return (word_.load(std::memory_order_acquire) & flag) != 0; // [set]
    }
    /// False if the time is over.
    [[nodiscard]] bool wait(const deadline& until) noexcept;

private:
    static constexpr std::uint32_t flag = 1;
    static constexpr std::uint32_t sleeping = 2;
    static constexpr std::uint32_t once = 4;

    os::futex_word word_{0};
};

} // namespace tandem::shm

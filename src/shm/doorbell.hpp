// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Doorbell: lets one side sleep until the other has news, and costs the other side no system call
// unless somebody sleeps.
//
// Word      0 awake, otherwise the depth of the sleep (an enum of the user's).
// Protocol  the sleeper stores the depth, looks once more for news, and sleeps on the word. The
//           ringer publishes its news, then looks at the word: if it is not 0, it stores 0 and
//           wakes. Each side writes before it looks, with a full fence in between, so one of them
//           always sees the other. The fence is in both functions; callers need none.
// Crash     a ringer killed between publishing and ringing leaves the sleeper asleep; so every
// sleep
//           has a time limit, after which the sleeper looks for itself.
// Trust     the word carries no data: a peer that scribbles on it costs time, never correctness.

#include <atomic>
#include <chrono>
#include <cstdint>

#include "os/futex.hpp"

namespace tandem::shm {

class doorbell {
public:
    static constexpr std::uint32_t awake = 0;

    /// Sleeper: says that it is about to sleep; look for news afterwards, then wait() or cancel().
    void prepare(std::uint32_t depth) noexcept {
        word_.store(depth, std::memory_order_relaxed);       // ordered by the fence
        std::atomic_thread_fence(std::memory_order_seq_cst); // pairs with the fence of asleep()
    }
    void cancel() noexcept {
        word_.store(awake, std::memory_order_relaxed); // nobody orders by it: a ring too many
    }
    void wait(std::uint32_t depth, std::chrono::nanoseconds limit) noexcept {
        os::futex_wait(word_, depth, limit);
        cancel();
    }

    /// Ringer, after publishing news: the depth of the other side's sleep, or `awake`.
    [[nodiscard]] std::uint32_t asleep() const noexcept {
        std::atomic_thread_fence(std::memory_order_seq_cst); // pairs with the fence of prepare()
        return word_.load(std::memory_order_relaxed);        // ordered by the fence
    }
    void wake() noexcept {
        // One ringer of several makes the system call; relaxed, as the news have been published.
        if (word_.exchange(awake, std::memory_order_relaxed) != awake) os::futex_wake_all(word_);
    }
    void ring() noexcept {
        if (asleep() != awake) wake();
    }

private:
    os::futex_word word_{awake};
};

} // namespace tandem::shm

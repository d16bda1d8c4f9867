// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "os/futex.hpp"
#include "shm/spin_wait.hpp"

namespace tandem::shm {

/// Until when a wait goes on; without a time, for as long as it takes.
using deadline = std::optional<std::chrono::steady_clock::time_point>;

/// How a wait for a word in shared memory is cut into sleeps. A process that is killed between
/// changing the word and waking the sleepers, or after it was woken in the place of others, wakes
/// nobody: so every sleep is short, and whoever sleeps looks for itself ten times a second.
class wait_limit {
public:
    static constexpr std::chrono::nanoseconds look_again{std::chrono::milliseconds{100}};

    explicit wait_limit(const deadline& until) noexcept : until_{until} {}

    [[nodiscard]] bool is_over() const noexcept {
        return until_ && std::chrono::steady_clock::now() >= *until_;
    }
    /// Sleeps while `word` holds `expected`; returns early at times.
    void sleep(const os::futex_word& word, std::uint32_t expected) const noexcept {
        const auto limit = nap();
        if (limit > std::chrono::nanoseconds{0}) os::futex_wait(word, expected, limit);
    }
    /// The end of the next sleep.
    [[nodiscard]] std::chrono::steady_clock::time_point next_look() const noexcept {
        return std::chrono::steady_clock::now() + nap();
    }

private:
    [[nodiscard]] std::chrono::nanoseconds nap() const noexcept {
        if (!until_) return look_again;
        return std::min(look_again,
                        std::chrono::nanoseconds{*until_ - std::chrono::steady_clock::now()});
    }

    deadline until_;
};

/// Spins before a sleep, for as long as that has paid lately in this thread.
template <class Ready>
bool spin_before_sleep(Ready ready) {
    thread_local spin_wait spinning;
    return spinning.spin(ready);
}

/// Wakes `most` of those that sleep on a word, one bit of which says that somebody may sleep. To be
/// called after the word was changed, if the bit was set. A sleeper sets the bit each time before
/// it sleeps; here it is taken away once nobody is asleep, so the dead do not leave it behind.
inline void wake_sleepers(os::futex_word& word, std::uint32_t bit, std::uint32_t most) noexcept {
    if (os::futex_wake(word, most) >= most) return;
    word.fetch_and(~bit, std::memory_order_relaxed); // a hint, which orders nothing
    os::futex_wake_all(word);                        // who has come in between sets it again
}

} // namespace tandem::shm

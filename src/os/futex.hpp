// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tandem::os {

/// A word in memory that processes share, to sleep on.
using futex_word = std::atomic<std::uint32_t>;
static_assert(futex_word::is_always_lock_free && sizeof(futex_word) == sizeof(std::uint32_t));

/// Sleeps while `word` holds `expected`, for `timeout` at most. May return at any time: the caller
/// looks again at what it waits for.
/// Source  futex(2), FUTEX_WAIT without the private flag, since the word is shared.
void futex_wait(const futex_word& word, std::uint32_t expected,
                std::chrono::nanoseconds timeout) noexcept;

/// Wakes every process and thread that sleeps on `word`.
void futex_wake_all(const futex_word& word) noexcept;

/// Wakes up to `most` of those that sleep on `word`; returns how many were woken.
std::uint32_t futex_wake(const futex_word& word, std::uint32_t most) noexcept;

/// A word and what it held when the caller looked.
struct futex_expectation {
    const futex_word* word = nullptr;
    std::uint32_t expected = 0;
};
inline constexpr std::size_t most_futexes = 128;

/// Sleeps while each of `words`, most_futexes at most, holds what is expected. May return at any
/// time. False if they are too many, or if this kernel or a sandbox does not know how.
/// Source  futex_waitv(2), since Linux 5.16.
[[nodiscard]] bool wait_for_any(std::span<const futex_expectation> words) noexcept;

/// Tells the processor that this is a spinning loop.
inline void spin_pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Order
//   [life]  hold() is undone by the kernel as the holder ends -> state() loads it: all that the
//           holder did is there.

#include <pthread.h>

#include <cstdint>
#include <utility>

#include "os/futex.hpp"

namespace tandem::os {

/// Lies in memory that processes share. A thread holds it for as long as it lives, and others see
/// at once when that is over, whatever the cause: the kernel marks it before it frees the memory of
/// the process, which takes 75 ms for 1 GiB here, and only then reports the end through a pidfd.
/// Crash   that is what it is for.
/// Trust   a holder that writes over it looks ended, or is not noticed early; nothing else happens.
/// Source  get_robust_list(2), pthread_mutexattr_setrobust(3).
class life_token {
public:
    life_token() noexcept;
    life_token(const life_token&) = delete;
    life_token& operator=(const life_token&) = delete;

    /// Holds it in the calling thread, to its end or let_go(), which comes before the memory goes.
    void hold() noexcept;
    /// The same, if nobody holds it and nobody who held it has ended.
    [[nodiscard]] bool try_hold() noexcept;
    /// Makes one whose holder has ended one of nobody.
    void renew() noexcept;
    /// To be called by the thread that holds it, which is no end of it.
    void let_go() noexcept;

    /// What it says; to be asked with is_ended(), and to wait for a change of with wait_for_any().
    [[nodiscard]] std::uint32_t state() const noexcept;
    [[nodiscard]] static bool is_ended(std::uint32_t state) noexcept;
    /// True once the thread that held it has ended.
    [[nodiscard]] bool is_ended() const noexcept { return is_ended(state()); }
    /// The word that changes then, and wakes who waits.
    [[nodiscard]] const futex_word& word() const noexcept;

private:
    pthread_mutex_t mutex_;
};

/// Holds a token in the thread that makes it, which is also the one to destroy it.
class life_hold {
public:
    explicit life_hold(life_token& token) noexcept : token_{&token} { token.hold(); }
    life_hold(life_hold&& other) noexcept : token_{std::exchange(other.token_, nullptr)} {}
    life_hold& operator=(life_hold other) noexcept {
        std::swap(token_, other.token_);
        return *this;
    }
    ~life_hold() {
        if (token_ != nullptr) token_->let_go();
    }

private:
    life_token* token_;
};

} // namespace tandem::os

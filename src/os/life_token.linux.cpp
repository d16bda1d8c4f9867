// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/life_token.hpp"

#include <linux/futex.h>

#include <cerrno>
#include <cstddef>

namespace tandem::os {

// The mutex begins with its lock, in the format that the kernel prescribes for robust ones.
static_assert(offsetof(pthread_mutex_t, __data.__lock) == 0);

life_token::life_token() noexcept {
    pthread_mutexattr_t attributes;
    (void)::pthread_mutexattr_init(&attributes);
    (void)::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    (void)::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    (void)::pthread_mutex_init(&mutex_, &attributes);
    (void)::pthread_mutexattr_destroy(&attributes);
}

void life_token::hold() noexcept {
    if (::pthread_mutex_lock(&mutex_) != 0) return; // then a pidfd has to do
    // The kernel wakes waiters only if there are said to be some.
    // [life] release, for form's sake: what comes later is ordered by the kernel.
    const_cast<futex_word&>(word()).fetch_or(FUTEX_WAITERS, std::memory_order_release);
}

bool life_token::try_hold() noexcept {
    if (state() != 0 || ::pthread_mutex_trylock(&mutex_) != 0) return false;
    // [life] release, as above.
    const_cast<futex_word&>(word()).fetch_or(FUTEX_WAITERS, std::memory_order_release);
    return true;
}

void life_token::renew() noexcept {
    if (!is_ended() || ::pthread_mutex_trylock(&mutex_) != EOWNERDEAD) return;
    (void)::pthread_mutex_consistent(&mutex_);
    (void)::pthread_mutex_unlock(&mutex_);
}

void life_token::let_go() noexcept { (void)::pthread_mutex_unlock(&mutex_); }

std::uint32_t life_token::state() const noexcept {
    return word().load(std::memory_order_acquire); // [life]
}

bool life_token::is_ended(std::uint32_t state) noexcept { return (state & FUTEX_OWNER_DIED) != 0; }

const futex_word& life_token::word() const noexcept {
    return reinterpret_cast<const futex_word&>(mutex_);
}

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/robust_mutex.hpp"

#include <linux/futex.h>

#include <cerrno>
#include <cstddef>
#include <ctime>

#include "os/futex.hpp"

namespace tandem::os {

namespace {

timespec to_timespec(robust_mutex::clock::time_point when) noexcept {
    const auto since = when.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    return {.tv_sec = static_cast<std::time_t>(seconds.count()),
            .tv_nsec = std::chrono::nanoseconds{since - seconds}.count()};
}

} // namespace

// Error checking: a thread that locks what it holds is told so and does not wait for itself.
robust_mutex::robust_mutex() noexcept {
    pthread_mutexattr_t attributes;
    (void)::pthread_mutexattr_init(&attributes);
    (void)::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    (void)::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    (void)::pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    (void)::pthread_mutex_init(&mutex_, &attributes);
    (void)::pthread_mutexattr_destroy(&attributes);
}

robust_mutex::outcome robust_mutex::try_lock() noexcept {
    return judge(::pthread_mutex_trylock(&mutex_));
}

robust_mutex::outcome robust_mutex::lock(std::optional<clock::time_point> deadline) noexcept {
    if (!deadline) return lock();
    // libstdc++'s steady clock is CLOCK_MONOTONIC.
    const timespec until = to_timespec(*deadline);
    return judge(::pthread_mutex_clocklock(&mutex_, CLOCK_MONOTONIC, &until));
}

// The mutex begins with its lock, in the format that the kernel prescribes for robust ones.
static_assert(offsetof(pthread_mutex_t, __data.__lock) == 0);

bool robust_mutex::holder_has_died() const noexcept {
    const auto& word = reinterpret_cast<const futex_word&>(mutex_);
    // Relaxed: what the dead one did is ordered by locking the mutex.
    return (word.load(std::memory_order_relaxed) & FUTEX_OWNER_DIED) != 0;
}

robust_mutex::outcome robust_mutex::judge(int returned) noexcept {
    switch (returned) {
        case 0:
            return outcome::locked;
        case EOWNERDEAD:
            (void)::pthread_mutex_consistent(&mutex_);
            return outcome::owner_died;
        case EBUSY:
        case ETIMEDOUT:
            return outcome::busy;
        case EDEADLK:
            return outcome::own;
        default:
            return outcome::broken;
    }
}

} // namespace tandem::os

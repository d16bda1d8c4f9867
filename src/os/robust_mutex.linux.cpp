// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/robust_mutex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <ctime>

#include "os/fork_generation.hpp"
#include "os/futex.hpp"

namespace tandem::os {

namespace {

timespec to_timespec(robust_mutex::clock::time_point when) noexcept {
    const auto since = when.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    return {.tv_sec = static_cast<std::time_t>(seconds.count()),
            .tv_nsec = std::chrono::nanoseconds{since - seconds}.count()};
}

// The mutex begins with its lock, in the format that the kernel prescribes for robust ones.
static_assert(offsetof(pthread_mutex_t, __data.__lock) == 0);

std::uint32_t word_of(const pthread_mutex_t& mutex) noexcept {
    // Relaxed: what others did is ordered by locking the mutex.
    return reinterpret_cast<const futex_word&>(mutex).load(std::memory_order_relaxed);
}

/// The kernel's number of this thread. A fork inherits what was noted here, and is another one.
std::uint32_t own_thread() noexcept {
    thread_local std::uint32_t number = 0;
    thread_local unsigned generation = 0;
    if (number == 0 || generation != fork_generation()) {
        number = static_cast<std::uint32_t>(::syscall(SYS_gettid));
        generation = fork_generation();
    }
    return number;
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

bool robust_mutex::is_own() const noexcept {
    return (word_of(mutex_) & FUTEX_TID_MASK) == own_thread();
}

bool robust_mutex::holder_has_died() const noexcept {
    return (word_of(mutex_) & FUTEX_OWNER_DIED) != 0;
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

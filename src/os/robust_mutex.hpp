// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <pthread.h>

#include <chrono>
#include <cstdint>
#include <optional>

namespace tandem::os {

/// A mutex in shared memory that survives the end of whoever holds it.
///
/// Sharing   any number of threads of any number of processes that have the memory mapped. It is a
///           thread that holds it, and that has to unlock it before it unmaps the memory.
/// Crash     when a thread or its process ends, however, the kernel gives what it held to the next
///           one that locks, which is told so (`owner_died`) once: the mutex is as good as new, and
///           what it guards is as the dead one left it.
/// Cost      16 ns to lock and unlock one that nobody else wants; no system call.
/// Source    pthread_mutexattr_setrobust(3), Documentation/locking/robust-futexes.rst
class robust_mutex {
public:
    enum class outcome : std::uint8_t {
        locked,
        owner_died, // locked, too
        busy,       // not locked: somebody else has it, and has it still when the time is over
        own,        // not locked: this thread has it
        broken,     // not locked: the memory holds no mutex
    };
    using clock = std::chrono::steady_clock;

    robust_mutex() noexcept;
    robust_mutex(const robust_mutex&) = delete;
    robust_mutex& operator=(const robust_mutex&) = delete;

    [[nodiscard]] outcome try_lock() noexcept;
    /// Waits for as long as it takes.
    [[nodiscard]] outcome lock() noexcept {
        const int returned = ::pthread_mutex_lock(&mutex_);
        return returned == 0 ? outcome::locked : judge(returned);
    }
    /// Waits until `deadline`, if there is one.
    [[nodiscard]] outcome lock(std::optional<clock::time_point> deadline) noexcept;
    /// False if this thread does not hold it; then nothing happens.
    bool unlock() noexcept { return ::pthread_mutex_unlock(&mutex_) == 0; }
    /// True if this thread holds it. Changes nothing.
    [[nodiscard]] bool is_own() const noexcept;
    /// True from the end of a thread that holds it until somebody locks it. Changes nothing, and
    /// costs a load.
    [[nodiscard]] bool holder_has_died() const noexcept;

private:
    [[nodiscard]] outcome judge(int returned) noexcept;

    pthread_mutex_t mutex_;
};

} // namespace tandem::os

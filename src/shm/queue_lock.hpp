// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Locks that are held for some ten nanoseconds as a rule: whoever finds one taken looks again a few
// times, less and less often, before it sleeps. Looking costs the holder the cache line, so pauses
// are such that it gets on meanwhile.

#include <chrono>

#include "os/robust_mutex.hpp"

namespace tandem::shm {

/// How long to wait for a lock. A plain number, since each record passes it on several times.
using lock_patience = std::chrono::nanoseconds;
/// For as long as it takes.
inline constexpr lock_patience unlimited = lock_patience::max();

/// Holds a lock, if it got it, to its end.
class short_lock {
public:
    using outcome = os::robust_mutex::outcome;

    short_lock(os::robust_mutex& mutex, lock_patience patience) noexcept
        : mutex_{&mutex}, outcome_{mutex.try_lock()} {
        if (outcome_ == outcome::busy) [[unlikely]]
            wait(patience);
    }
    short_lock(const short_lock&) = delete;
    short_lock& operator=(const short_lock&) = delete;
    ~short_lock() { unlock(); }

    void unlock() noexcept {
        if (held()) (void)mutex_->unlock();
        outcome_ = outcome::busy;
    }

    [[nodiscard]] bool held() const noexcept {
        return outcome_ == outcome::locked || outcome_ == outcome::owner_died;
    }
    [[nodiscard]] bool owner_died() const noexcept { return outcome_ == outcome::owner_died; }
    /// Not held because time was up.
    [[nodiscard]] bool is_late() const noexcept { return outcome_ == outcome::busy; }

private:
    void wait(lock_patience patience) noexcept;

    os::robust_mutex* mutex_;
    outcome outcome_;
};

} // namespace tandem::shm

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What a mutex and a recursive mutex have in shared memory.
//
// Writers   `depth_` belongs to whoever holds the mutex.
// Crash     the kernel gives the mutex of a dead owner to the next one that locks, who resets the
//           depth. Nothing else is there that could be left half done.
// Trust     a process that writes over the memory breaks the lock for all that share it.
//
// Drawn in docs/protocol/synchronisation.md; tests/unit/sync_layout_test.cpp fixes the offsets.

#include <atomic>
#include <cstdint>
#include <limits>

#include "fault/fault.hpp"
#include "os/robust_mutex.hpp"
#include "shm/wait_limit.hpp"

namespace tandem::shm {

using lock_result = os::robust_mutex::outcome;

[[nodiscard]] constexpr bool is_held(lock_result result) noexcept {
    return result == lock_result::locked || result == lock_result::owner_died;
}

class robust_lock {
public:
    [[nodiscard]] lock_result lock() noexcept { return note(mutex_.lock()); }
    [[nodiscard]] lock_result lock(const deadline& until) noexcept {
        return note(mutex_.lock(until));
    }
    [[nodiscard]] lock_result try_lock() noexcept { return note(mutex_.try_lock()); }
    /// False if this thread does not hold it.
    bool unlock() noexcept {
        fault::hit("mutex.before_unlock");
        return mutex_.unlock();
    }

private:
    static lock_result note(lock_result result) noexcept {
        if (result == lock_result::locked) fault::hit("mutex.locked");
        if (result == lock_result::owner_died) fault::hit("mutex.inherited");
        return result;
    }

    os::robust_mutex mutex_;
};

class recursive_lock {
public:
    [[nodiscard]] lock_result lock() noexcept { return count(mutex_.lock()); }
    [[nodiscard]] lock_result lock(const deadline& until) noexcept {
        return count(mutex_.lock(until));
    }
    [[nodiscard]] lock_result try_lock() noexcept { return count(mutex_.try_lock()); }
    /// False if this thread does not hold it.
    bool unlock() noexcept {
        // Of another thread's mutex this says something, too; then unlock() looks whose it is.
        const auto deep = depth();
        if (deep == 0) return mutex_.unlock();
        if (!is_own()) return false;
        set_depth(deep - 1);
        fault::hit("recursive_mutex.depth_changed");
        return true;
    }
    /// Of one that this thread holds: how often it is to be unlocked before the last time, which is
    /// the next one then; deepen() takes that back.
    [[nodiscard]] std::uint32_t shed() noexcept {
        const auto deep = depth();
        set_depth(0);
        return deep;
    }
    void deepen(std::uint32_t deep) noexcept { set_depth(deep); }
    [[nodiscard]] bool is_own() const noexcept { return mutex_.is_own(); }

private:
    // Relaxed: the mutex orders what its owners do.
    [[nodiscard]] std::uint32_t depth() const noexcept {
        return depth_.load(std::memory_order_relaxed); // as said above
    }
    void set_depth(std::uint32_t deep) noexcept {
        depth_.store(deep, std::memory_order_relaxed); // as said above
    }

    lock_result count(lock_result result) noexcept {
        if (result == lock_result::owner_died) set_depth(0);
        if (result != lock_result::own) return result;
        if (depth() == std::numeric_limits<std::uint32_t>::max()) return lock_result::broken;
        set_depth(depth() + 1);
        fault::hit("recursive_mutex.depth_changed");
        return lock_result::locked;
    }

    os::robust_mutex mutex_;
    std::atomic<std::uint32_t> depth_{0}; // times it is to be unlocked before the last
};

} // namespace tandem::shm

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// A lock that one thread has alone or many have together, in memory that processes share.
//
// Layout    a robust mutex for the one that has it alone or wants it, what that one does, and
//           places: a robust mutex each, which a thread that shares the lock holds.
// Sharing   takes a place, then looks whether somebody wants the lock alone; if so, gives the place
//           back and queues at the first mutex. Alone: takes that mutex, says so, then waits for
//           each place that was ever taken, by locking it. Each side writes before it looks, with a
//           full fence in between, so one of them always sees the other.
// Writers   `writer_` belongs to whoever holds `gate_`; bits of `used_` are only ever set.
// Crash     the kernel gives the mutexes of the dead to those that wait: a dead one's share is free
//           again at once. One that had the lock alone leaves `alone` behind, which the next one
//           that takes the gate finds and is told.
// Trust     a process that writes over the memory breaks the lock for all that share it; no index
//           is read from there.
//
//   [left]  unlock() stores writer_ -> lock_shared() loads it:  what was done alone is done.
//
// Source    big-reader locks: W. Hsieh, W. Weihl, Scalable Reader-Writer Locks for Parallel
//           Systems, 1992.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "os/robust_mutex.hpp"
#include "shm/byte_ring.hpp"
#include "shm/robust_lock.hpp"
#include "shm/wait_limit.hpp"

namespace tandem::shm {

class shared_lock {
public:
    /// As many threads as have it together at a time; more have to wait.
    static constexpr std::size_t places = 60;

    [[nodiscard]] lock_result lock(const deadline& until = {}) noexcept;
    [[nodiscard]] lock_result try_lock() noexcept;
    /// False if this thread does not have it alone.
    bool unlock() noexcept;

    [[nodiscard]] lock_result lock_shared(const deadline& until = {}) noexcept;
    [[nodiscard]] lock_result try_lock_shared() noexcept;
    /// False if this thread has no share.
    bool unlock_shared() noexcept;

private:
    enum : std::uint32_t {
        free = 0,
        wanted = 1,   // somebody waits for those that share it
        alone = 2,    // somebody has it alone
        orphaned = 4, // somebody had it alone and died; the next one is to be told
    };
    /// How to lock one of the mutexes: without waiting, or until then.
    struct patience {
        bool waits = true;
        deadline until = {};

        lock_result lock(os::robust_mutex& mutex) const noexcept {
            return waits ? mutex.lock(until) : mutex.try_lock();
        }
    };
    struct place {
        alignas(cache_line_bytes) os::robust_mutex holder;
    };

    [[nodiscard]] lock_result lock_alone(const patience& how) noexcept;
    [[nodiscard]] lock_result enter_gate(const patience& how) noexcept;
    [[nodiscard]] lock_result wait_for_places(const patience& how) noexcept;
    [[nodiscard]] lock_result lock_with_others(const patience& how) noexcept;
    [[nodiscard]] lock_result share_through_gate(const patience& how) noexcept;
    [[nodiscard]] lock_result take_place(const patience& how) noexcept;
    void note_taken(std::size_t which) noexcept;

    os::robust_mutex gate_;
    alignas(cache_line_bytes) std::atomic<std::uint32_t> writer_{free};
    std::atomic<std::uint64_t> used_{0}; // places that were ever taken
    std::array<place, places> places_{};
};
static_assert(shared_lock::places <= 64, "used_ has a bit for each");

} // namespace tandem::shm

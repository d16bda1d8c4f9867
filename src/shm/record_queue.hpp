// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Queue of records for any number of producers and consumers in memory that processes share.
//
// Layout    shm/queue_layout.hpp. Records have numbers, from 0; slot `number % slot_count` says
//           where one lies in the area. A record is never split, and never moves.
// Locks     `push.lock` for all who push, `pop.lock` for all who pop: a producer and a consumer do
//           not wait for each other. Nobody holds both.
// Commit    each operation takes effect by one store: a push by `tail`, a pop by `head`; with
//           leases a pop by `next`, or by a slot's `holder` if the record has returned, and
//           task_done() by `holder`. Whoever dies before that store has done nothing, so there is
//           nothing to repair but the counts that repair_counts() counts anew.
// Memory    where a record goes follows from the slots of the oldest and of the newest record. The
//           area begins anew at 0 when the queue is found empty, so that a queue that is mostly
//           empty stays in the cache.
// Crash     a lock goes to the next one with the kernel's help. A sleeper may lose a wake-up from
//           one that dies right behind its commit, so every sleep ends after `recheck`.
// Trust     what another process could have written is checked against this process's copy of the
//           geometry; what does not fit is `damaged`. The bytes of the two locks and of the life
//           tokens belong to the C library, which follows the pointers there: a process that writes
//           over these can do harm, as can one that never gives a lock back.
//
//   [pushed]  push() stores tail -> pop(), and whoever looks for news, load it: records and slots
//             are complete.
//   [popped]  pop() and task_done() store head -> push() loads it: the records were read, their
//             memory is free.
//   [handed]  pop_leased() stores next -> whoever has the lock later loads it: the holder of the
//             record is noted.
//   [shut]    close() stores closed -> pop() loads it before tail: nothing comes behind.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "shm/queue_layout.hpp"
#include "shm/queue_lock.hpp"

namespace tandem::shm {

enum class queue_outcome : std::uint8_t {
    done,
    full,
    empty,
    closed,
    late,       // somebody holds the lock, and held it still when time was up
    too_large,  // for the area
    unbacked,   // `seen` bytes of the area are needed
    unexpected, // a record that the sink does not take; it stays
    too_many,   // consumers that have leases
    damaged,
};

using wake_time = std::optional<std::chrono::steady_clock::time_point>;

/// Records, one behind the other.
struct record_batch {
    const std::byte* bytes = nullptr;
    std::size_t begin = 0;             // of the first
    std::span<const std::size_t> ends; // of each; both count from `bytes`
};

/// Where popped records go.
class record_sink {
public:
    /// Memory for the next record, or null to refuse it. May throw.
    [[nodiscard]] virtual std::byte* room(std::size_t size) = 0;

protected:
    ~record_sink() = default;
};

struct queue_attempt {
    queue_outcome outcome = queue_outcome::done;
    std::size_t count = 0;  // of records that went through
    std::uint64_t seen = 0; // of `full` head, of `empty` tail, as it was then
};

class record_queue {
public:
    /// No process killed behind its commit keeps a sleeper asleep for longer.
    static constexpr std::chrono::milliseconds recheck{100};

    record_queue() = default;
    /// Makes one in zeroed memory of queue_total_bytes().
    [[nodiscard]] static record_queue create(std::span<std::byte> memory,
                                             const queue_geometry& geometry) noexcept;
    /// The one in `memory`; nullopt if there is none.
    [[nodiscard]] static std::optional<record_queue> open(std::span<std::byte> memory) noexcept;

    [[nodiscard]] const queue_geometry& geometry() const noexcept { return geometry_; }

    /// Pushes as many of `records` as there is room for.
    [[nodiscard]] queue_attempt push(const record_batch& records,
                                     lock_patience patience) const noexcept;
    /// Pops as many records as are there, `most` at most; with leases one, for `consumer`.
    [[nodiscard]] queue_attempt pop(record_sink& sink, std::size_t most,
                                    lock_patience patience) const;
    [[nodiscard]] queue_attempt pop_leased(record_sink& sink, std::uint32_t consumer,
                                           lock_patience patience) const;
    [[nodiscard]] queue_outcome close(lock_patience patience) const noexcept;
    [[nodiscard]] bool is_closed() const noexcept;

    /// Says that the first `bytes` of the area have memory.
    [[nodiscard]] queue_outcome note_backed(std::uint64_t bytes,
                                            lock_patience patience) const noexcept;

    /// True once another look may find room, or a record: to spin on.
    [[nodiscard]] bool moved_on(queue_outcome outcome, std::uint64_t seen) const noexcept;
    /// Sleeps until moved_on(), or the time given, or for `recheck`.
    void sleep(const queue_attempt& after, wake_time until) const noexcept;

    /// Records that wait. `count` of the result.
    [[nodiscard]] queue_attempt size(lock_patience patience) const noexcept;

    /// `empty`: every popped record is done already.
    [[nodiscard]] queue_outcome task_done(lock_patience patience) const noexcept;
    /// `empty`: the consumer has no record. Else the one that it has had longest is done.
    [[nodiscard]] queue_outcome task_done_leased(std::uint32_t consumer,
                                                 lock_patience patience) const noexcept;
    /// `full`: some of the records pushed are not done yet.
    [[nodiscard]] queue_outcome join(lock_patience patience) const noexcept;
    void sleep_until_done(wake_time until) const noexcept;

    /// A consumer that is nobody's, for the calling thread, which holds it from now on.
    [[nodiscard]] std::optional<std::uint32_t> hold_consumer(lock_patience patience) const noexcept;
    /// Gives the consumer up, by its thread. Its leases return, if it `has_leases`.
    void let_go_consumer(std::uint32_t consumer, bool has_leases) const noexcept;

private:
    record_queue(std::span<std::byte> memory, const queue_geometry& geometry) noexcept;

    struct place_found {
        queue_outcome outcome = queue_outcome::done;
        std::uint64_t at = 0; // of the area
    };
    struct counts {
        std::uint64_t from = 0; // first record that a pop may take
        std::uint64_t tail = 0;
        bool closed = false; // as it was before tail was
        bool damaged = false;
    };

    [[nodiscard]] static std::chrono::nanoseconds time_left(wake_time until) noexcept;
    [[nodiscard]] queue_slot& slot(std::uint64_t number) const noexcept;
    [[nodiscard]] bool fits(const queue_slot& checked) const noexcept;
    [[nodiscard]] bool see_head(std::uint64_t tail) const noexcept;
    [[nodiscard]] place_found find_place(std::uint64_t tail, std::uint64_t size,
                                         bool fresh) const noexcept;
    [[nodiscard]] place_found place_for(std::uint64_t tail, std::uint64_t size) const noexcept;
    [[nodiscard]] queue_outcome write(std::uint64_t number,
                                      std::span<const std::byte> body) const noexcept;
    [[nodiscard]] counts look(std::uint64_t from) const noexcept;
    [[nodiscard]] queue_outcome copy_out(const queue_slot& from, record_sink& sink) const;
    void sleep_for_news(std::uint64_t seen, wake_time until) const noexcept;
    void sleep_for_room(std::uint64_t seen, wake_time until) const noexcept;

    // With pop.lock held.
    [[nodiscard]] std::uint64_t next() const noexcept;
    [[nodiscard]] bool leased_counts_fit() const noexcept;
    [[nodiscard]] std::uint64_t count_held(std::uint32_t holder) const noexcept;
    void repair_counts() const noexcept;
    [[nodiscard]] bool prepare_leased(const short_lock& lock) const noexcept;
    void reclaim() const noexcept;
    void give_back(std::uint32_t consumer) const noexcept;
    [[nodiscard]] bool free_done() const noexcept;
    [[nodiscard]] std::optional<std::uint64_t> first_held(std::uint32_t holder) const noexcept;
    [[nodiscard]] queue_attempt take_returned(record_sink& sink, std::uint32_t consumer) const;
    void wake_joiners_and(bool pushers, short_lock& lock) const noexcept;

    queue_header* header_ = nullptr;
    queue_slot* slots_ = nullptr;
    std::byte* area_ = nullptr;
    queue_geometry geometry_;
};

} // namespace tandem::shm

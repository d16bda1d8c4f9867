// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Single-producer, single-consumer ring of bytes for memory that two processes share.
//
// Layout    two counters, each on a cache line of its own, and `capacity` bytes elsewhere that both
//           sides map twice in a row, so that whatever lies in the ring is contiguous. A power of
//           two: a place in the ring is found without a division, which costs as much as a record.
// Counters  `tail` counts bytes ever pushed, `head` bytes ever popped. Both only grow: at 100 GB/s
//           64 bits last five years of one worker's life.
// Invariant head <= tail <= head + capacity.
// Writers   only the producer writes `tail` and the bytes; only the consumer writes `head`.
// Crash     a producer killed between writing bytes and publish() leaves them invisible. A
//           consumer killed before release() leaves the bytes there for whoever takes stock.
// Trust     each side takes the other's counter as input: one that breaks the invariant is reported
//           as `broken`, and never turns into an access outside of the ring.
//
// Two synchronisation points carry all the ordering. Each is one release store that one acquire
// load reads:
//   [published]  publish() stores tail -> readable() loads it:  the bytes are complete.
//   [recycled]   release() stores head -> room() loads it:  the bytes were read.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tandem::shm {

inline constexpr std::size_t cache_line_bytes = 64;

/// The shared half of a ring.
struct ring_counters {
    using counter = std::atomic<std::uint64_t>;
    static_assert(counter::is_always_lock_free, "a lock would live in one process only");

    alignas(cache_line_bytes) counter tail{0};
    alignas(cache_line_bytes) counter head{0};
};
static_assert(sizeof(ring_counters) == 2 * cache_line_bytes);

/// The producer's end, private to its process.
class ring_writer {
public:
    ring_writer() = default;
    /// `twice_mapped` shows the ring's bytes two times in a row.
    ring_writer(ring_counters& counters, std::span<std::byte> twice_mapped) noexcept
        : counters_{&counters}, bytes_{twice_mapped.data()}, capacity_{twice_mapped.size() / 2} {}

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

    /// Bytes that can be written now; looks at the consumer's progress if `wanted` do not fit into
    /// what it knew before.
    [[nodiscard]] std::size_t room(std::size_t wanted) noexcept {
        if (capacity_ - (tail_ - head_seen_) < wanted) {
            const auto head = counters_->head.load(std::memory_order_acquire); // [recycled]
            if (head < head_seen_ || head > tail_)
                broken_ = true;
            else
                head_seen_ = head;
        }
        return broken_ ? 0 : capacity_ - (tail_ - head_seen_);
    }

    /// Where the next `room()` bytes go.
    [[nodiscard]] std::byte* next() const noexcept { return at(tail_); }
    /// What was written at `position`.
    [[nodiscard]] std::byte* at(std::uint64_t position) const noexcept {
        return bytes_ + (position & (capacity_ - 1));
    }

    /// Bytes ever written: where the next ones lie in the stream.
    [[nodiscard]] std::uint64_t position() const noexcept { return tail_; }
    /// True if the consumer has given back what was written at `position`, as far as is known.
    [[nodiscard]] bool recycled(std::uint64_t position) const noexcept {
        return position < head_seen_;
    }

    /// Counts `bytes` as written; the consumer does not see them before publish().
    void commit(std::size_t bytes) noexcept { tail_ += bytes; }

    void publish() noexcept {
        counters_->tail.store(tail_, std::memory_order_release); // [published]
    }

    /// Bytes pushed and not yet given back.
    [[nodiscard]] std::size_t backlog() noexcept { return capacity_ - room(capacity_); }
    [[nodiscard]] bool broken() const noexcept { return broken_; }

private:
    ring_counters* counters_ = nullptr;
    std::byte* bytes_ = nullptr;
    std::size_t capacity_ = 1;
    std::uint64_t tail_ = 0;
    std::uint64_t head_seen_ = 0; // stale values err towards a full ring, never towards a race
    bool broken_ = false;
};

/// The consumer's end, private to its process.
class ring_reader {
public:
    ring_reader() = default;
    ring_reader(ring_counters& counters, std::span<std::byte> twice_mapped) noexcept
        : counters_{&counters}, bytes_{twice_mapped.data()}, capacity_{twice_mapped.size() / 2} {}

    /// Published bytes that commit() has not passed; contiguous, and valid until release(). Looks
    /// for more only if it knows of none: each look takes a cache line from the producer. The
    /// memory stays writable to the producer: copy what must not change.
    [[nodiscard]] std::span<std::byte> readable() noexcept {
        if (tail_seen_ == head_) look();
        return {bytes_ + (head_ & (capacity_ - 1)), static_cast<std::size_t>(tail_seen_ - head_)};
    }
    /// All that is published now.
    [[nodiscard]] std::span<std::byte> readable_now() noexcept {
        look();
        return readable();
    }

    /// Passes over `bytes` of those that readable() has shown; the producer does not get the room
    /// before release().
    void commit(std::size_t bytes) noexcept { head_ += bytes; }

    void release() noexcept {
        if (head_ == released_) return;
        released_ = head_;
        counters_->head.store(head_, std::memory_order_release); // [recycled]
    }

    /// Bytes ever passed over: where the next ones lie in the stream.
    [[nodiscard]] std::uint64_t position() const noexcept { return head_; }
    /// What lies behind all that was published, for whoever takes stock of a producer that has
    /// ended.
    [[nodiscard]] std::span<std::byte> unpublished() const noexcept {
        return {bytes_ + (head_ & (capacity_ - 1)), capacity_ - unreleased()};
    }

    /// Bytes passed over and not yet given back.
    [[nodiscard]] std::size_t unreleased() const noexcept { return head_ - released_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] bool broken() const noexcept { return broken_; }

private:
    void look() noexcept {
        const auto tail = counters_->tail.load(std::memory_order_acquire); // [published]
        if (tail < tail_seen_ || tail - head_ > capacity_)
            broken_ = true;
        else
            tail_seen_ = tail;
    }

    ring_counters* counters_ = nullptr;
    std::byte* bytes_ = nullptr;
    std::size_t capacity_ = 1;
    std::uint64_t head_ = 0;
    std::uint64_t tail_seen_ = 0;
    std::uint64_t released_ = 0;
    bool broken_ = false;
};

} // namespace tandem::shm

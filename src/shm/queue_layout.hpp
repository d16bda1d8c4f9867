// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// How a queue lies in shared memory: header, consumers, slots, area. Drawn in
// docs/protocol/queue.md; tests/unit/record_queue_test.cpp fixes sizes and offsets.

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "os/futex.hpp"
#include "os/life_token.hpp"
#include "os/robust_mutex.hpp"
#include "shm/byte_ring.hpp"

namespace tandem::shm {

inline constexpr std::uint64_t queue_magic = 0x6575657571206474; // "td queue"
inline constexpr std::uint32_t queue_version = 1;

/// Numbers that are fixed when a queue is made. Each process checks them once and keeps a copy.
struct queue_geometry {
    std::uint64_t capacity = 0;   // records
    std::uint64_t slot_count = 0; // a power of two, not less
    std::uint64_t ring_bytes = 0; // of the area; beyond lie records only that are larger than it
    std::uint64_t area_bytes = 0;
    std::uint32_t leases = 0; // 1: a record stays until it is done

    friend bool operator==(const queue_geometry&, const queue_geometry&) = default;
};

/// What pushing threads share. Guarded by `lock`, but for the second line.
struct push_side {
    os::robust_mutex lock;
    std::uint64_t head_seen = 0; // never above head
    std::uint64_t backed = 0;    // bytes of the area that have memory
    std::uint32_t poppers_asleep = 0;

    alignas(cache_line_bytes) std::atomic<std::uint64_t> tail{0}; // records ever pushed
    std::atomic<std::uint32_t> closed{0};
    os::futex_word poppers_word{0};
};

/// What popping threads share. Guarded by `lock`, but for the second line.
struct pop_side {
    os::robust_mutex lock;
    std::uint64_t tail_seen = 0; // never above tail
    std::uint32_t pushers_asleep = 0;
    std::uint32_t joiners_asleep = 0;

    alignas(cache_line_bytes) std::atomic<std::uint64_t> head{0}; // records whose memory is free
    os::futex_word pushers_word{0};
    os::futex_word joiners_word{0};

    alignas(cache_line_bytes) std::atomic<std::uint64_t> next{0}; // ever handed out; leases only
    std::uint64_t done = 0;                                       // of task_done()
    std::uint64_t returned = 0;       // below `next` and waiting again; leases only
    std::uint32_t consumers_used = 0; // those behind have never been held
};

/// Held by a thread while it has leases.
struct alignas(cache_line_bytes) queue_consumer {
    os::life_token life;
};
inline constexpr std::uint32_t queue_consumers = 120;

struct queue_header {
    std::uint64_t magic = queue_magic;
    std::uint32_t version = queue_version;
    std::uint32_t unused = 0;
    queue_geometry geometry;

    alignas(cache_line_bytes) push_side push;
    alignas(cache_line_bytes) pop_side pop;
    alignas(cache_line_bytes) queue_consumer consumers[queue_consumers];
};

/// Where a record lies.
struct queue_slot {
    std::uint64_t size = 0;
    std::uint32_t place = 0;  // of the area, in granules
    std::uint32_t holder = 0; // leases only: see below
};
inline constexpr std::uint32_t held_by_nobody = 0; // else the number of a consumer, plus 1
inline constexpr std::uint32_t record_is_done = ~std::uint32_t{0};

inline constexpr std::uint64_t queue_granule = 16;
inline constexpr std::uint64_t most_queue_records = std::uint64_t{1} << 28;
inline constexpr std::uint64_t most_queue_bytes = std::uint64_t{1} << 36; // what `place` reaches

/// Bytes that a record takes in the area; those of a cache line and more lie at the beginning of
/// one.
[[nodiscard]] constexpr std::uint64_t footprint(std::uint64_t size) noexcept {
    const std::uint64_t unit = size < cache_line_bytes ? queue_granule : cache_line_bytes;
    return std::max(queue_granule, (size + unit - 1) & ~(unit - 1));
}

inline constexpr std::size_t queue_slots_offset = 8192;

[[nodiscard]] constexpr std::size_t queue_area_offset(const queue_geometry& of) noexcept {
    const auto end = queue_slots_offset + of.slot_count * sizeof(queue_slot);
    return (end + 4095) / 4096 * 4096;
}
[[nodiscard]] constexpr std::size_t queue_total_bytes(const queue_geometry& of) noexcept {
    return queue_area_offset(of) + of.area_bytes;
}

/// The nearest that can be: `largest` is the size of a record that has to fit when the queue is
/// empty.
[[nodiscard]] constexpr queue_geometry plan_queue(std::uint64_t capacity, std::uint64_t bytes,
                                                  std::uint64_t largest, bool leases) noexcept {
    queue_geometry plan;
    plan.capacity = std::clamp<std::uint64_t>(capacity, 1, most_queue_records);
    plan.slot_count = std::bit_ceil(plan.capacity);
    plan.ring_bytes = footprint(std::clamp<std::uint64_t>(bytes, 4096, most_queue_bytes));
    plan.area_bytes = std::max(plan.ring_bytes, footprint(std::min(largest, most_queue_bytes)));
    plan.leases = leases ? 1 : 0;
    return plan;
}

} // namespace tandem::shm

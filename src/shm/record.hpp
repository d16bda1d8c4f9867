// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Records as they lie in a ring: a header of 16 bytes and a body, padded to 8 bytes. A body that is
// larger than `max_body_bytes` goes through the ring in several records, all but the last one
// marked `continues`; the ring stays small and hot in the cache, and a body may have any size.
//
// Drawn in docs/protocol/worker_segment.md; tests/unit/record_test.cpp fixes sizes and offsets.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "shm/byte_ring.hpp"

namespace tandem::shm {

/// Who has a task: the parent offers it, then either the worker claims it to run it, or the parent
/// revokes it to give it to somebody else. One compare-and-exchange decides.
enum class claim_state : std::uint32_t { offered, claimed, revoked };

struct record_header {
    std::uint32_t body_bytes = 0;
    std::uint16_t kind = 0;
    std::uint16_t continues = 0; // 1: the body goes on in the next record
    std::uint32_t claim = 0;     // claim_state, by std::atomic_ref; tasks only
    std::uint32_t number = 0;    // tasks: job; results: items begun so far, modulo 2^32
};
static_assert(sizeof(record_header) == 16 && alignof(record_header) == 4);

[[nodiscard]] constexpr std::size_t record_bytes(std::size_t body_bytes) noexcept {
    return (sizeof(record_header) + body_bytes + 7) / 8 * 8;
}

/// Largest body of one record: a quarter of the ring, so that reading and writing overlap.
[[nodiscard]] constexpr std::size_t max_body_bytes(std::size_t ring_capacity) noexcept {
    return ring_capacity / 4 - sizeof(record_header);
}

/// Writes one whole record if there is room; the caller publishes. Returns where its header is, or
/// nullptr.
inline std::byte* write_record(ring_writer& ring, record_header header,
                               std::span<const std::byte> body) noexcept {
    const auto bytes = record_bytes(body.size());
    if (ring.room(bytes) < bytes) return nullptr;
    header.body_bytes = static_cast<std::uint32_t>(body.size());
    std::byte* at = ring.next();
    std::memcpy(at, &header, sizeof header);
    if (!body.empty()) std::memcpy(at + sizeof header, body.data(), body.size());
    ring.commit(bytes);
    return at;
}

/// A record in the ring; the body may still be written to by a hostile producer.
struct record_view {
    record_header header; // a copy: checked once, and the same afterwards
    std::byte* at = nullptr;
    std::span<const std::byte> body;
};

/// The first record of `readable`; nullopt if the header or the body is not all there, which a
/// correct producer never lets happen.
[[nodiscard]] inline std::optional<record_view> first_record(
    std::span<std::byte> readable) noexcept {
    record_view record;
    if (readable.size() < sizeof(record_header)) return std::nullopt;
    std::memcpy(&record.header, readable.data(), sizeof record.header);
    if (record_bytes(record.header.body_bytes) > readable.size()) return std::nullopt;
    record.at = readable.data();
    record.body = readable.subspan(sizeof(record_header), record.header.body_bytes);
    return record;
}

/// Moves the claim of the record at `at` from `offered` to `wanted`; false if the other side was
/// faster. The winner alone goes on with the task, and reads or writes nothing that the loser wrote
/// in the meantime, so no ordering hangs on it.
[[nodiscard]] inline bool take_claim(std::byte* at, claim_state wanted) noexcept {
    auto* word = reinterpret_cast<std::uint32_t*>(at + offsetof(record_header, claim));
    auto expected = static_cast<std::uint32_t>(claim_state::offered);
    return std::atomic_ref{*word}.compare_exchange_strong(
        expected, static_cast<std::uint32_t>(wanted),
        std::memory_order_relaxed); // the outcome itself is all that is shared
}

} // namespace tandem::shm

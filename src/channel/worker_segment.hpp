// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What a pool and one of its workers share: one memory object with a ring of tasks, a ring of
// results, and a few words. Each worker maps its own segment and no other.
//
// Layout    one page with the header and the note of a crash, then the task ring, then the result
//           ring.
// Writers   each word belongs to one side, as said below.
// Crash     whatever a worker was doing, the parent finds: results published before the end,
//           `items_begun` to tell whether an item was running, and the claims in the task ring.
//   [watched]  begin_watched_item() stores items_begun -> running() loads it:  its times are there.
// Trust     the parent never reads its own counters back, and checks what the worker wrote.

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "os/crash_handler.hpp"
#include "os/life_token.hpp"
#include "os/memory_object.hpp"
#include "shm/byte_ring.hpp"
#include "shm/doorbell.hpp"
#include "shm/record.hpp"

namespace tandem::channel {

inline constexpr std::uint64_t segment_magic = 0x746e'6d67'7361'646eULL; // "ndasgmnt", any constant
inline constexpr std::uint32_t segment_version = 3;
/// Small, so that it stays in the cache: a warm megabyte is copied five times as fast as a cold
/// one.
inline constexpr std::size_t ring_bytes = std::size_t{256} << 10;
static_assert(std::has_single_bit(ring_bytes));

/// How deep a parent sleeps (doorbell depths).
enum class parent_sleep : std::uint32_t {
    awake = shm::doorbell::awake,
    any_result, // ring for every result
    low_water,  // ring once a worker runs short of tasks or of room for results
};

struct segment_header {
    std::uint64_t magic = segment_magic;
    std::uint32_t version = segment_version;
    std::uint32_t ring_capacity = ring_bytes;

    shm::ring_counters tasks;   // tail: parent, head: worker
    shm::ring_counters results; // tail: worker, head: parent

    // Worker sleeps here; the parent rings.
    alignas(shm::cache_line_bytes) shm::doorbell worker_bell;

    // Parent: a worker with this many bytes of tasks or fewer left rings a parent in low_water.
    alignas(shm::cache_line_bytes) std::atomic<std::uint64_t> low_water_bytes{0};

    // Parent, before the first task: more bytes resident, and the worker is spent; 0: no limit.
    std::atomic<std::uint64_t> max_resident_bytes{0};

    // Parent, before the worker is asked for: what it writes to its output after each item, when
    // the output is grouped; else all zero.
    std::array<char, 16> output_mark{};

    // Worker: items it has started to run, and its process id once it is ready for tasks.
    alignas(shm::cache_line_bytes) std::atomic<std::uint64_t> items_begun{0};
    std::atomic<std::uint32_t> process_id{0};
    std::atomic<std::uint32_t> opening{0}; // the job whose callable it decodes, plus 1; else 0
    // Worker: items that are finished, counted as items_begun when a block was opened and while it
    // is filled, and where in the stream of results the last block's record lies, plus 1; 0: none
    // yet.
    std::atomic<std::uint64_t> items_done{0};
    std::atomic<std::uint64_t> open_block{0};
    // Worker: when the running item began, in nanoseconds of CLOCK_MONOTONIC, and the processor
    // time that the process had used; of items that are watched.
    std::atomic<std::int64_t> item_begun_at{0};
    std::atomic<std::int64_t> item_begun_cpu{0};
    std::atomic<std::uint32_t> is_spent{0}; // Worker: 1: it is to be replaced

    // Worker: held from before its first task until it leaves its rings.
    alignas(shm::cache_line_bytes) os::life_token life;
};

/// Behind the header, on the same page: where the worker's stack was when it crashed.
inline constexpr std::size_t crash_note_offset = 1024;
static_assert(sizeof(segment_header) <= crash_note_offset);
static_assert(crash_note_offset + sizeof(os::crash_note) <= 4096); // the smallest page

/// A mapped segment.
class worker_segment {
public:
    [[nodiscard]] static os::result<worker_segment> create();
    /// Maps a segment made by another process; EPROTO if it is none or of another version.
    [[nodiscard]] static os::result<worker_segment> attach(os::unique_fd fd);

    [[nodiscard]] segment_header& header() const noexcept { return *header_; }
    [[nodiscard]] os::crash_note& crash_note() const noexcept {
        return *reinterpret_cast<os::crash_note*>(page_->bytes().data() + crash_note_offset);
    }
    /// Stays mapped for as long as somebody has it.
    [[nodiscard]] std::shared_ptr<const os::life_token> life() const noexcept {
        return {page_, &header_->life};
    }
    [[nodiscard]] std::span<std::byte> task_bytes() const noexcept { return tasks_.bytes(); }
    [[nodiscard]] std::span<std::byte> result_bytes() const noexcept { return results_.bytes(); }

    [[nodiscard]] const os::unique_fd& fd() const noexcept { return fd_; }
    /// The mapping stays: a descriptor less per worker.
    void close_fd() noexcept { fd_.reset(); }

private:
    [[nodiscard]] static os::result<worker_segment> map(os::unique_fd fd);

    os::unique_fd fd_;
    std::shared_ptr<os::mapping> page_;
    segment_header* header_ = nullptr; // in the page
    os::mapping tasks_;
    os::mapping results_;
};

/// The words on which a pool's parent sleeps: one page, mapped by all its workers. It holds nothing
/// but a doorbell.
class parent_bell {
public:
    [[nodiscard]] static os::result<parent_bell> create();
    [[nodiscard]] static os::result<parent_bell> attach(os::unique_fd fd);

    [[nodiscard]] shm::doorbell& bell() const noexcept {
        return *reinterpret_cast<shm::doorbell*>(page_.bytes().data());
    }
    [[nodiscard]] const os::unique_fd& fd() const noexcept { return fd_; }

private:
    os::unique_fd fd_;
    os::mapping page_;
};

} // namespace tandem::channel

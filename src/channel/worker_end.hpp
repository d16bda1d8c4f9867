// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "channel/worker_segment.hpp"
#include "os/life_token.hpp"
#include "shm/spin_wait.hpp"
#include "wire/messages.hpp"

namespace tandem::channel {

/// A task as its worker gets it. The body is valid until the next call of next_task().
struct received_task {
    wire::task_kind kind{};
    std::uint32_t number = 0;
    std::span<const std::byte> body;
    bool cut = false; // this process has not enough memory for all of the body
};

/// The worker's end of its channel.
class worker_end {
public:
    worker_end(worker_segment segment, parent_bell bell);

    /// Called when there was no task for a second, and each second from then on.
    void on_idle(void (*function)() noexcept) noexcept { on_idle_ = function; }

    /// The next task, claimed for this worker; waits for it, for ever if need be: the forkserver
    /// ends a worker whose program is gone.
    [[nodiscard]] received_task next_task();

    /// Notes that another item runs from here on.
    void begin_item() noexcept {
        // Relaxed: read by the parent after this process has ended.
        segment_.header().items_begun.store(++items_begun_, std::memory_order_relaxed);
    }
    /// As begin_item(), and notes the time, for a program that watches how long items take.
    void begin_watched_item() noexcept;
    /// Room for `bytes` of results that go out as one record; waits for it as send_result() does.
    [[nodiscard]] std::span<std::byte> open_block(std::size_t bytes);
    [[nodiscard]] std::atomic<std::uint64_t>& items_begun_word() noexcept {
        return segment_.header().items_begun;
    }
    [[nodiscard]] std::atomic<std::uint64_t>& items_done_word() noexcept {
        return segment_.header().items_done;
    }
    /// Publishes the first `bytes` of the block, the results of `count` items.
    void close_block(std::size_t count, std::size_t bytes, std::uint32_t nanoseconds);
    [[nodiscard]] std::uint64_t max_resident_bytes() const noexcept {
        // Relaxed: it was there before the first task.
        return segment_.header().max_resident_bytes.load(std::memory_order_relaxed);
    }
    /// Tells the program that this worker should be replaced.
    void note_spent() noexcept {
        // Relaxed: a hint; the program looks at it whenever it looks at the worker.
        segment_.header().is_spent.store(1, std::memory_order_relaxed);
    }

    /// Notes which job is being opened: what ends the process meanwhile is the job's doing.
    void begin_opening(std::uint32_t job) noexcept {
        // Relaxed: as in begin_item().
        segment_.header().opening.store(job + 1, std::memory_order_relaxed);
    }
    void end_opening() noexcept {
        // Relaxed: as in begin_item().
        segment_.header().opening.store(0, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t items_begun() const noexcept { return items_begun_; }

    /// Publishes one result; waits for room if the parent does not collect. `nanoseconds` is the
    /// duration of the chunk that the result completes, or 0.
    void send_result(wire::result_kind kind, std::uint32_t nanoseconds,
                     std::span<const std::byte> body);

private:
    [[nodiscard]] std::span<std::byte> wait_for_records();
    [[nodiscard]] shm::record_view next_record();
    void skip(const shm::record_view& record);
    void finish_record();
    template <class Ready>
    void sleep_unless(Ready ready) noexcept;
    void assemble(const shm::record_view& first);
    void keep_piece(std::span<const std::byte> piece) noexcept;
    void send_piece(shm::record_header header, std::span<const std::byte> body);
    void wait_for_room(std::size_t bytes);
    void publish();
    void ring_parent() noexcept;

    worker_segment segment_;
    os::life_hold life_;
    parent_bell bell_;
    shm::ring_reader tasks_;
    shm::ring_writer results_;
    shm::spin_wait spin_;
    std::size_t current_bytes_ = 0; // of the record that is being worked on
    std::vector<std::byte> assembled_;
    bool cut_ = false;
    void (*on_idle_)() noexcept = nullptr;
    std::uint64_t items_begun_ = 0;
    std::uint32_t tasks_seen_ = 0; // claimed or revoked
};

} // namespace tandem::channel

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "channel/worker_segment.hpp"
#include "wire/messages.hpp"

namespace tandem::channel {

/// Where a task lies in its worker's ring, to find out who has it.
struct task_ticket {
    std::uint64_t position = 0;
    std::uint32_t sequence = 0; // tasks sent to this worker before it, and itself

    friend bool operator==(const task_ticket&, const task_ticket&) = default;
};

/// A result as the parent gets it. The body is valid until the next call of next_result().
struct received_result {
    wire::result_kind kind{};
    std::uint32_t number = 0;
    std::uint32_t nanoseconds = 0;
    std::span<const std::byte> body;
    bool lost = false; // this process has not enough memory for it
};

/// The parent's end of one worker's channel. Nothing here waits.
class pool_end {
public:
    explicit pool_end(worker_segment segment);

    /// True if a task of any size can be sent now (one that is larger than the ring holds goes on
    /// with flush()).
    [[nodiscard]] bool can_send() noexcept;

    /// Sends a task; can_send() was true. The worker sees it after publish().
    void send(wire::task_kind kind, std::uint32_t number, std::span<const std::byte> body);

    /// Of the task that is sent next.
    [[nodiscard]] task_ticket next_ticket() const noexcept {
        return {tasks_.position(), tasks_sent_ + 1};
    }

    /// Sends a message without a body if there is room, even where can_send() is false.
    [[nodiscard]] bool send_short(wire::task_kind kind) noexcept;

    /// Goes on with a task that did not fit; true if some of it was written.
    bool flush() noexcept;

    /// Shows the worker what was sent since the last time, and wakes it if it sleeps.
    void publish() noexcept;

    /// Takes a task back that the worker has not claimed yet; false if it has.
    [[nodiscard]] bool revoke(const task_ticket& ticket) noexcept;

    [[nodiscard]] bool has_results() noexcept { return !broken_ && !results_.readable().empty(); }

    /// The next complete result, valid until the next call; null: there is none. Check broken()
    /// then.
    [[nodiscard]] const received_result* next_result() noexcept;

    /// Gives the room of the results taken back to the worker, which may be waiting for it.
    void release_results() noexcept;

    /// Bytes of tasks that the worker has not given back.
    [[nodiscard]] std::size_t task_backlog() noexcept { return tasks_.backlog(); }
    void set_low_water(std::size_t bytes) noexcept;

    [[nodiscard]] std::uint64_t items_begun() const noexcept {
        // Relaxed: the worker has ended, which orders all it did.
        return segment_.header().items_begun.load(std::memory_order_relaxed);
    }

    /// The job that the worker was opening when it ended.
    [[nodiscard]] std::optional<std::uint32_t> job_being_opened() const noexcept {
        // Relaxed: as above.
        const auto opening = segment_.header().opening.load(std::memory_order_relaxed);
        return opening == 0 ? std::nullopt : std::optional{opening - 1};
    }

    /// After the worker's end: the results that the block holds which it had not closed, given how
    /// many results were received before. Unchecked data of a worker that is gone.
    [[nodiscard]] std::span<const std::byte> unpublished_block(std::uint64_t received,
                                                               std::size_t result_bytes) noexcept;

    /// What a worker says about the item it runs, if that is watched.
    struct running_item {
        std::uint64_t number = 0; // as items_begun()
        std::chrono::nanoseconds begun_at{0};
        std::chrono::nanoseconds begun_cpu{0};
    };
    [[nodiscard]] running_item running() const noexcept;
    [[nodiscard]] bool worker_is_spent() const noexcept {
        // Relaxed: a hint.
        return segment_.header().is_spent.load(std::memory_order_relaxed) != 0;
    }
    /// True if the worker sleeps, has given back all it was sent, and has no result for us.
    [[nodiscard]] bool worker_waits() noexcept {
        return outbox_.empty() && tasks_.backlog() == 0 && !has_results() &&
               segment_.header().worker_bell.asleep() != shm::doorbell::awake;
    }

    /// 0 until the worker is ready for tasks.
    [[nodiscard]] int worker_process_id() const noexcept {
        // Relaxed: a number for the words of an error, or read after the worker has ended.
        return static_cast<int>(segment_.header().process_id.load(std::memory_order_relaxed));
    }

    /// True as soon as the worker's end has begun, long before it is reported.
    [[nodiscard]] bool worker_has_ended() const noexcept {
        return segment_.header().life.is_ended();
    }
    [[nodiscard]] std::shared_ptr<const os::life_token> life() const noexcept {
        return segment_.life();
    }

    /// After the worker's end: what it noted if it crashed, unchecked.
    [[nodiscard]] const os::crash_note& crash_note() const noexcept {
        return segment_.crash_note();
    }

    /// True if the worker wrote something that no worker of ours writes.
    [[nodiscard]] bool broken() const noexcept { return broken_; }

private:
    void keep_piece(std::span<const std::byte> piece) noexcept;

    worker_segment segment_;
    shm::ring_writer tasks_;
    shm::ring_reader results_;
    std::vector<std::byte> outbox_; // the rest of a task that is larger than the ring
    std::size_t outbox_sent_ = 0;
    std::uint32_t outbox_number_ = 0;
    std::uint64_t published_ = 0;
    std::uint32_t tasks_sent_ = 0;
    std::vector<std::byte> inbox_; // the pieces so far of a result that is larger than a record
    received_result result_;       // that was taken last
    shm::record_header inbox_header_;
    bool inbox_open_ = false;
    bool inbox_lost_ = false;
    std::size_t current_bytes_ = 0;
    bool broken_ = false;
};

} // namespace tandem::channel

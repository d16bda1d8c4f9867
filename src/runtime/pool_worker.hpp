// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// One worker as its pool sees it: its process, its channel, and the tasks it has.
//
// Invariant results come in the order in which tasks were sent, so `in_flight_` is a queue: its
// first
//           entry is the one that runs, or that runs next.
// Blame     the worker counts items before it runs them. If it ends with one more item begun than
//           results received, that item is the cause; if not, no item is, and all are handed out
//           again.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_set>
#include <vector>

#include "channel/pool_end.hpp"
#include "launch/child_process.hpp"
#include "runtime/job_entry.hpp"

namespace tandem::runtime {

/// Items that a worker has. `entry` is null once the job does not care for them any more.
struct assignment {
    job_entry* entry = nullptr;
    item_range items;     // those without a result yet
    std::size_t sent = 0; // number of items that the chunk was sent with
    channel::task_ticket ticket;

    /// How many of the items lie below `limit`.
    [[nodiscard]] std::size_t count_below(std::size_t limit) const noexcept;
};

/// One result, put in its place.
struct item_outcome {
    job_entry* entry = nullptr; // null: nobody cares
    std::size_t index = 0;
    channel::received_result result;
    std::size_t completed_chunk = 0; // number of items, if this result is its chunk's last
};

class pool_worker {
public:
    /// \throws launch_error
    [[nodiscard]] static pool_worker start(const channel::parent_bell& bell);

    [[nodiscard]] launch::child_process& child() noexcept { return child_; }
    [[nodiscard]] const launch::child_process& child() const noexcept { return child_; }
    /// After its end: true if it had come as far as waiting for tasks.
    [[nodiscard]] bool was_ready() const noexcept {
        return results_received_ > 0 || channel_.worker_process_id() != 0;
    }
    [[nodiscard]] channel::pool_end& channel() noexcept { return channel_; }
    /// 0 until it has started.
    [[nodiscard]] int process_id() const noexcept;
    [[nodiscard]] const std::deque<assignment>& in_flight() const noexcept { return in_flight_; }

    /// True if it should get another task now.
    [[nodiscard]] bool wants_task() noexcept;

    /// Sends items of a job, and the job itself before the first of them; wants_task() was true.
    /// False if there was no room in the end. What it throws comes from the encoding.
    [[nodiscard]] bool assign(job_entry& entry, item_range items, encoder& buffer);

    /// The next result; nullopt if there is none now. Check broken() then.
    [[nodiscard]] std::optional<item_outcome> next_outcome();
    [[nodiscard]] bool broken() const noexcept { return broken_ || channel_.broken(); }

    /// Takes back the newest task if the worker has not begun it.
    [[nodiscard]] std::optional<assignment> revoke_newest();

    /// Lets the worker have more tasks ahead, since it ran out of them while there were some.
    void deepen() noexcept;

    /// Forgets a job: its items in flight matter no more, and the worker may free it.
    void forget(const job_entry& entry) noexcept;

    /// Forgets what all items in flight are for.
    void forget_all() noexcept;

    /// Takes back what it has not begun, and asks it to end once it has finished what it runs. To
    /// be repeated: the request may have to wait for room.
    void send_stop();
    /// True if it should have started long ago.
    [[nodiscard]] bool is_overdue() const noexcept;

    /// After its end: true if the first of the items in flight was running.
    [[nodiscard]] bool died_in_item() const noexcept;
    /// After its end: the number of the job that it was opening, and that thereby is the cause.
    [[nodiscard]] std::optional<std::uint32_t> job_being_opened() const noexcept;
    /// Takes all that was in flight.
    [[nodiscard]] std::deque<assignment> take_in_flight() { return std::exchange(in_flight_, {}); }

private:
    pool_worker(channel::pool_end channel, launch::child_process child)
        : channel_{std::move(channel)}, child_{std::move(child)} {}

    void send_closed_jobs();
    void open(job_entry& entry, encoder& buffer);

    static constexpr std::size_t first_depth = 2; // one that runs and one behind it
    static constexpr std::size_t greatest_depth = 8192;

    channel::pool_end channel_;
    launch::child_process child_;
    std::deque<assignment> in_flight_;
    std::unordered_set<std::uint32_t> opened_;
    std::vector<std::uint32_t> closed_; // to be told to the worker with the next task
    std::size_t depth_ = first_depth;
    std::uint64_t results_received_ = 0;
    bool broken_ = false;
    bool stop_sent_ = false;
    std::chrono::steady_clock::time_point asked_for_ = std::chrono::steady_clock::now();
};

} // namespace tandem::runtime

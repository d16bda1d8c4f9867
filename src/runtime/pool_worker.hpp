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
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <unordered_set>
#include <utility>
#include <vector>

#include "channel/descriptor_socket.hpp"
#include "channel/pool_end.hpp"
#include "launch/child_process.hpp"
#include "runtime/assignment.hpp"
#include "runtime/job_entry.hpp"
#include "runtime/memory_budget.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/verdict.hpp"
#include "runtime/worker_output.hpp"
#include "tandem/crash_report.hpp"

namespace tandem::runtime {

/// What every worker of a pool gets.
struct worker_supplies {
    const detail::parcel* initializer = nullptr; // an encoded call; empty: none
    std::size_t max_items = 0;                   // then it is replaced; 0: no limit
    std::uint64_t max_resident_bytes = 0;        // as above
    output_forwarder* output = nullptr;          // outlives the workers
    int library_threads = 0;                     // that OpenMP and the like may start in it
};

/// Bytes that all workers of a pool get, in the order of their numbers.
using shared_blobs = std::map<std::uint64_t, std::vector<std::byte>>;

class pool_worker {
public:
    /// \throws launch_error
    [[nodiscard]] static pool_worker start(const channel::parent_bell& bell,
                                           const worker_supplies& supplies);

    [[nodiscard]] launch::child_process& child() noexcept { return child_; }
    [[nodiscard]] const launch::child_process& child() const noexcept { return child_; }
    /// After its end: true if it had come as far as waiting for tasks.
    [[nodiscard]] bool was_ready() const noexcept {
        if (initializer_failed_) return false;
        return results_received_ > 0 || (!is_initializing() && channel_.worker_process_id() != 0);
    }
    /// True if it runs nothing any more, although its end may not have been reported.
    [[nodiscard]] bool has_ended() const noexcept { return channel_.worker_has_ended(); }
    /// To be called at intervals once it has ended: kills what still runs in its process a while
    /// later, threads that its tasks left behind.
    void kill_rest(job_entry::time_point now) noexcept;
    /// Its initializer threw: it is of no use.
    void fail_initializer() noexcept {
        initializer_failed_ = true;
        child_.kill();
    }
    [[nodiscard]] bool initializer_has_failed() const noexcept { return initializer_failed_; }
    [[nodiscard]] bool is_initializing() const noexcept {
        return !in_flight_.empty() && in_flight_.front().is_initializer;
    }
    [[nodiscard]] channel::pool_end& channel() noexcept { return channel_; }
    /// 0 until it has started.
    [[nodiscard]] int process_id() const noexcept;
    [[nodiscard]] const std::deque<assignment>& in_flight() const noexcept { return in_flight_; }

    [[nodiscard]] std::size_t task_count() const noexcept { return tasks_; }
    /// True if it should get another task now.
    [[nodiscard]] bool wants_task() noexcept;
    /// Items that it may still get before it is replaced.
    [[nodiscard]] std::size_t items_left() const noexcept {
        return supplies_.max_items == 0 ? std::numeric_limits<std::size_t>::max()
                                        : supplies_.max_items - items_sent_;
    }

    /// Tasks that it may still get now.
    [[nodiscard]] std::size_t tasks_left() const noexcept {
        return (is_budgeted_ ? 1 : depth_) - tasks_;
    }
    /// Sends items of a job, `each` to a task, and before the first of them the job itself and what
    /// is shared; wants_task() was true. How many were sent: there may be no room for all, nor for
    /// any, and one that cannot be encoded ends it. What it throws comes from the encoding of the
    /// first.
    [[nodiscard]] std::size_t assign(job_entry& entry, item_range items, std::size_t each,
                                     encoder& buffer);
    /// Sends what is shared and has not been sent yet; false if there was no room.
    [[nodiscard]] bool supply(const shared_blobs& blobs, encoder& buffer);
    /// What was shared under this number is needed no more.
    void withdraw(std::uint64_t blob) noexcept;

    /// The next result, valid until the next call; null if there is none now. Check broken() then.
    [[nodiscard]] const item_outcome* next_outcome();
    [[nodiscard]] bool broken() const noexcept { return broken_ || channel_.broken(); }

    /// After its end: the results that it had finished and not sent.
    [[nodiscard]] const item_outcome* salvage();

    /// Takes back the newest task if it has another one and has not begun this.
    [[nodiscard]] std::optional<returned_items> return_newest();

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

    /// Gives it no more tasks: it is to be replaced, or not needed, once it has finished those that
    /// it has.
    void retire() noexcept { is_retiring_ = true; }
    [[nodiscard]] bool is_retiring() const noexcept {
        return is_retiring_ || verdict_ || initializer_failed_;
    }
    /// True if it has taken so much of something that it should be replaced.
    [[nodiscard]] bool is_spent() const noexcept {
        return items_left() == 0 || channel_.worker_is_spent();
    }

    /// True if items of `entry` are what it runs now, or next.
    [[nodiscard]] bool is_at(const job_entry& entry) const noexcept;
    /// True if it has begun a task whose job was forgotten.
    [[nodiscard]] bool runs_forgotten() const noexcept;
    /// What it says about the running item; nullopt if none runs.
    [[nodiscard]] std::optional<channel::pool_end::running_item> running() const noexcept;
    /// Ends it: asks, and leaves the killing to kill_if_due().
    void condemn(const verdict& judgement) noexcept;
    [[nodiscard]] const std::optional<verdict>& judgement() const noexcept { return verdict_; }
    void kill_if_due(job_entry::time_point now) noexcept;
    /// After its end: true if the item that it was condemned for was the one that ran.
    [[nodiscard]] bool died_by_verdict() const noexcept {
        return verdict_ && !verdict_->spares_the_item() && died_in_item() &&
               channel_.items_begun() == verdict_->item;
    }
    /// What the pool's memory budget wants to know of it. Reads the kernel's account of the
    /// process.
    [[nodiscard]] memory_budget::worker memory_state();
    /// The most that its tasks have held so far; nullopt if that is not known.
    [[nodiscard]] std::optional<std::uint64_t> peak_held() const;
    /// Whether it may be given a task as far as memory goes, and then one at a time.
    void admit(bool admitted) noexcept {
        is_admitted_ = admitted;
        is_budgeted_ = true;
    }

    /// Kills it if it has lost tasks, and lets it go on if something has stopped it; to be called
    /// at intervals.
    void check_health(job_entry::time_point now) noexcept;

    /// It has started: what it writes may be shown.
    void begin_output() { supplies_.output->begin(output_, child_.id()); }
    /// After its end: shows the rest of what it wrote, and keeps what report() is to tell.
    void note_end(const exit_status& status, bool out_of_memory);
    /// True if its end was our doing.
    [[nodiscard]] bool was_killed() const noexcept {
        return verdict_ || initializer_failed_ || broken();
    }
    /// After note_end(): all that is known about its end.
    [[nodiscard]] crash_report report() const;

    /// After its end: true if the first of the items in flight was running.
    [[nodiscard]] bool died_in_item() const noexcept;
    /// After its end: the number of the job that it was opening, and that thereby is the cause.
    [[nodiscard]] std::optional<std::uint32_t> job_being_opened() const noexcept;
    /// Takes all that was in flight.
    [[nodiscard]] std::deque<assignment> take_in_flight() {
        tasks_ = 0;
        return std::exchange(in_flight_, {});
    }

private:
    pool_worker(channel::pool_end channel, launch::child_process child,
                channel::descriptor_socket descriptors, const worker_supplies& supplies)
        : channel_{std::move(channel)},
          child_{std::move(child)},
          descriptors_{std::move(descriptors)},
          supplies_{supplies} {}

    void send_initializer();
    [[nodiscard]] std::size_t number_of_results(
        const channel::received_result& result) const noexcept;
    const item_outcome* take_outcome(const channel::received_result& result, std::size_t count);
    void send_closed_jobs();
    void open(job_entry& entry, encoder& buffer);
    [[nodiscard]] bool send_task(job_entry& entry, item_range items, encoder& buffer);
    [[nodiscard]] bool extend_newest(const job_entry& entry, item_range items,
                                     const channel::task_ticket& ticket) noexcept;
    item_range drop_newest() noexcept;
    void start_record(encoder& buffer) noexcept;
    [[nodiscard]] bool send_descriptors(const detail::descriptor_bundle& bundle);
    void receive_descriptors(const channel::received_result& named);

    static constexpr std::size_t first_depth = 2; // one that runs and one behind it
    static constexpr std::size_t greatest_depth = 8192;

    channel::pool_end channel_;
    launch::child_process child_;
    channel::descriptor_socket descriptors_;
    detail::descriptor_bundle sent_with_;     // a record that is being encoded
    detail::descriptor_bundle received_with_; // the result that comes next, or was taken last
    bool result_was_taken_ = false;
    item_outcome outcome_; // that was taken last
    channel::received_result salvaged_;
    std::deque<assignment> in_flight_;
    std::size_t tasks_ = 0; // in flight
    std::unordered_set<std::uint32_t> opened_;
    std::vector<std::uint32_t> closed_; // to be told to the worker with the next task
    std::size_t depth_ = first_depth;
    std::uint64_t results_received_ = 0;
    worker_supplies supplies_;
    output_forwarder::connection output_;
    crash_report report_;                  // without the backtrace
    std::uint64_t next_blob_ = 0;          // the first that has not been sent
    std::vector<std::uint64_t> withdrawn_; // to be told to the worker with the next task
    std::size_t items_sent_ = 0;
    std::optional<verdict> verdict_;
    std::uint64_t results_at_check_ = 0;
    std::uint64_t begun_at_check_ = 0;
    job_entry::time_point last_progress_;
    int stalls_ = 0;                          // checks in a row
    std::optional<std::uint64_t> idle_bytes_; // resident before its first task
    std::uint64_t begun_order_ = 0;           // when its task was sent, by a count of all tasks
    std::optional<job_entry::time_point> seen_ended_;
    bool is_admitted_ = true;
    bool is_budgeted_ = false;
    bool initializer_failed_ = false;
    bool is_retiring_ = false;
    bool broken_ = false;
    bool stop_sent_ = false;
    std::chrono::steady_clock::time_point asked_for_ = std::chrono::steady_clock::now();
};

} // namespace tandem::runtime

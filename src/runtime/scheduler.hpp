// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Which worker gets which items, and when items are taken back from one that has too many. No
// clock, no process, no I/O: workers are whatever has the few functions below, so a test can put
// simulated ones in their place.
//
// Order     jobs in the order they came, items of a job in theirs; what was handed out and not run
//           goes first.
// Balance   workers without a task come first; then tasks are dealt round until none wants more. A
//           worker that runs dry gets half of what the busiest one has not begun.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <deque>
#include <optional>

#include "runtime/job_entry.hpp"

namespace tandem::runtime {

/// Items that were taken back from a worker.
struct returned_items {
    job_entry* entry = nullptr; // null: nobody cares for them any more
    item_range items;
};

template <class Worker>
concept schedulable = requires(Worker& worker) {
    /// Tasks that it has.
    { worker.task_count() } -> std::convertible_to<std::size_t>;
    /// True if it should get another task now.
    { worker.wants_task() } -> std::convertible_to<bool>;
    /// Takes back its newest task, if it has another one and has not begun this.
    { worker.return_newest() } -> std::same_as<std::optional<returned_items>>;
};

class scheduler {
public:
    [[nodiscard]] bool empty() const noexcept { return pending_.empty(); }

    /// A job that has items to hand out, at the end of the queue.
    void enqueue(job_entry& entry) {
        if (entry.queued()) return;
        pending_.push_back(&entry);
        entry.set_queued(true);
    }
    /// Items of a job that are to be handed out again; they go first.
    void requeue(job_entry& entry, item_range items) {
        entry.give_back(items);
        put_first(entry);
    }
    /// Puts a job first if it has items to hand out.
    void put_first(job_entry& entry) {
        if (entry.queued() || !entry.has_pending()) return;
        pending_.push_front(&entry);
        entry.set_queued(true);
    }
    void dequeue(job_entry& entry) noexcept {
        if (!entry.queued()) return;
        entry.set_queued(false);
        // Nearly always the one that items are handed out of.
        if (pending_.front() == &entry)
            pending_.pop_front();
        else
            std::erase(pending_, &entry);
    }
    void clear() noexcept {
        for (auto* entry : pending_) entry->set_queued(false);
        pending_.clear();
    }

    /// Gives tasks to `workers` as long as they want some. `assign(worker, entry)` takes a chunk of
    /// the entry and sends it; false if the worker had no room for it in the end. True if anything
    /// was assigned.
    template <class Workers, class Assign>
    bool hand_out(Workers& workers, Assign assign) {
        bool progress = false;
        for (auto& worker : workers) // who has nothing to do comes first
            if (!empty() && worker.task_count() == 0 && worker.wants_task())
                progress = assign_next(worker, assign) || progress;
        for (bool more = true; more && !empty();) {
            more = false;
            for (auto& worker : workers)
                if (!empty() && worker.wants_task()) more = assign_next(worker, assign) || more;
            progress = progress || more;
        }
        if (empty()) balance(workers, assign);
        return progress;
    }

private:
    template <class Worker, class Assign>
    bool assign_next(Worker& worker, Assign& assign) {
        return assign(worker, *pending_.front());
    }

    template <class Workers, class Assign>
    void balance(Workers& workers, Assign& assign) {
        for (auto& idle : workers) {
            if (idle.task_count() > 0 || !idle.wants_task()) continue;
            const auto busiest = std::ranges::max_element(
                workers, {}, [](auto& worker) { return worker.task_count(); });
            if (busiest->task_count() < 2) return;
            for (auto left = busiest->task_count() / 2; left > 0; --left) {
                const auto returned = busiest->return_newest();
                if (!returned) break;
                if (returned->entry != nullptr) requeue(*returned->entry, returned->items);
            }
            while (!empty() && idle.wants_task() && assign_next(idle, assign)) {}
        }
    }

    std::deque<job_entry*> pending_; // those with items to hand out
};

} // namespace tandem::runtime

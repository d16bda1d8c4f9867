// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What a worker has to do, as its pool remembers it.

#include <algorithm>
#include <cstddef>

#include "channel/pool_end.hpp"
#include "runtime/job_entry.hpp"

namespace tandem::runtime {

/// Items that a worker has: one task, or several of one item each, whose records are of one size
/// and lie side by side in the ring. `entry` is null once the job does not care for them any more.
struct assignment {
    job_entry* entry = nullptr;
    item_range items;              // those without a result yet
    std::size_t sent = 0;          // number of items that each task was sent with
    std::size_t tasks = 1;         // that are left
    std::size_t task_bytes = 0;    // what each takes up in the ring
    std::size_t result_bytes = 0;  // if results may come as blocks: the size of each
    channel::task_ticket ticket{}; // of the first task
    bool is_initializer = false;

    /// How many of the items lie below `limit`.
    [[nodiscard]] std::size_t count_below(std::size_t limit) const noexcept {
        return items.first < limit ? std::min(items.count, limit - items.first) : 0;
    }
    [[nodiscard]] channel::task_ticket ticket_behind(std::size_t count) const noexcept {
        return {ticket.position + count * task_bytes,
                static_cast<std::uint32_t>(ticket.sequence + count)};
    }
    [[nodiscard]] channel::task_ticket newest() const noexcept { return ticket_behind(tasks - 1); }
    /// True if a task of item `index` can be added, which will lie at `next`.
    [[nodiscard]] bool goes_on_with(const job_entry& job, std::size_t index,
                                    const channel::task_ticket& next) const noexcept {
        return entry == &job && sent == 1 && items.first + items.count == index &&
               ticket_behind(tasks) == next;
    }
    /// Takes the results of `count` items in; the number of items that their task was sent with if
    /// it is complete, else 0.
    std::size_t complete(std::size_t count) noexcept {
        items.first += count;
        items.count -= count;
        if (items.count > 0 && tasks == 1) return 0;
        ticket = ticket_behind(1);
        --tasks;
        return sent;
    }
    /// Takes the newest task away; its items.
    item_range drop_newest() noexcept {
        const auto count = std::min(items.count, sent);
        items.count -= count;
        --tasks;
        return {items.first + items.count, count};
    }
};

/// Results of consecutive items, nearly always of one.
struct item_outcome {
    job_entry* entry = nullptr; // null: nobody cares
    item_range items;
    const channel::received_result* result = nullptr;
    detail::descriptor_source* descriptors = nullptr; // that the result names
    std::size_t completed_chunk = 0; // number of items, if this result is its chunk's last
    bool of_initializer = false;
};

} // namespace tandem::runtime

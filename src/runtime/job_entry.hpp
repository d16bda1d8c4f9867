// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What the scheduler knows of one job: which items nobody has yet, how many matter still, and how
// large the next chunk should be. No clock, no workers, no I/O: deterministic, and tested as such.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <unordered_map>
#include <vector>

#include "tandem/detail/job.hpp"
#include "tandem/pool_options.hpp"

namespace tandem::runtime {

/// Consecutive items of a job.
struct item_range {
    std::size_t first = 0;
    std::size_t count = 0;

    friend bool operator==(const item_range&, const item_range&) = default;
};

class job_entry {
public:
    using time_point = std::chrono::steady_clock::time_point;

    job_entry(std::shared_ptr<detail::job> job, std::uint32_t number, call_options options);

    [[nodiscard]] detail::job& job() const noexcept { return *job_; }
    [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
    [[nodiscard]] const call_options& options() const noexcept { return options_; }
    /// True if the size of chunks is up to us, so that workers should time them.
    [[nodiscard]] bool adapts() const noexcept { return options_.chunk_size == 0; }
    /// True if each item is to be a task.
    [[nodiscard]] bool is_in_single_items() const noexcept { return options_.chunk_size == 1; }
    /// True if an item may take only so much of something.
    [[nodiscard]] bool is_limited() const noexcept {
        return options_.timeout.count() > 0 || options_.cpu_time.count() > 0 || options_.memory > 0;
    }

    /// True if somebody has to look at it even when no result comes.
    [[nodiscard]] bool needs_attention() const noexcept {
        return is_limited() || options_.on_error.retries() > 0;
    }

    /// True if there are items to hand out.
    [[nodiscard]] bool has_pending() const noexcept;
    /// The next chunk for one of `workers`, of at most `most` items; has_pending() is true.
    [[nodiscard]] item_range take_chunk(std::size_t workers,
                                        std::size_t most = std::numeric_limits<std::size_t>::max());
    /// As take_chunk(), for a worker that may get up to `tasks`: if a chunk is one item, several.
    [[nodiscard]] item_range take_chunks(std::size_t workers, std::size_t tasks, std::size_t most);
    /// The first item to hand out; has_pending() is true.
    [[nodiscard]] std::size_t first_pending() const noexcept {
        return again_.empty() ? next_ : again_.front().first;
    }
    /// Whether it stands in the scheduler's queue of jobs with items to hand out.
    [[nodiscard]] bool queued() const noexcept { return queued_; }
    void set_queued(bool queued) noexcept { queued_ = queued; }
    /// Items that were handed out but not run; they go first.
    void give_back(item_range range);

    /// More items of a job that grows; `last`: no more will come.
    void extend(std::size_t count, bool last) noexcept;
    /// How many more items `workers` could use now.
    [[nodiscard]] std::size_t appetite(std::size_t workers) const noexcept;

    /// Items below limit() have their outcomes.
    void count_outcomes(std::size_t count) noexcept {
        unfinished_ -= count;
        unblamed_deaths_ = 0;
    }
    /// A worker with items of this job ahead ended, and nothing says why; how often in a row.
    [[nodiscard]] int count_unblamed_death() noexcept { return ++unblamed_deaths_; }
    /// Item `index` has failed at `now`: true if it is to be tried again, and waits for that.
    [[nodiscard]] bool retry(std::size_t index, time_point now);
    /// Gives back the items that have waited long enough.
    void wake_waiting(time_point now);
    /// When the next item has waited long enough; time_point::max(): none waits.
    [[nodiscard]] time_point next_wake() const noexcept;
    /// Item `index` has failed for good: items behind it matter no more. `in_flight` items below
    /// `index` are with workers.
    void fail_at(std::size_t index, std::size_t in_flight);
    /// Items from here on do not matter.
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }
    [[nodiscard]] bool finished() const noexcept { return unfinished_ == 0 && !grows_; }
    /// Items below limit() that have their outcome.
    [[nodiscard]] std::size_t outcomes() const noexcept { return limit_ - unfinished_; }

    /// A chunk of `count` items took `nanoseconds`, and `bytes` on the way there.
    void learn_time(std::size_t count, std::uint32_t nanoseconds) noexcept;
    void learn_bytes(std::size_t count, std::size_t bytes) noexcept;

private:
    struct waiting_item {
        time_point until;
        std::size_t index = 0;
    };

    [[nodiscard]] std::size_t pending() const noexcept;
    [[nodiscard]] item_range take(std::size_t most);
    [[nodiscard]] std::size_t chunk_limit(std::size_t workers) const noexcept;

    std::shared_ptr<detail::job> job_;
    std::uint32_t number_;
    call_options options_;
    std::size_t limit_;
    std::size_t unfinished_;
    bool grows_;
    std::size_t next_ = 0;                       // first item that nobody ever had
    std::deque<item_range> again_;               // in ascending order, below next_
    std::unordered_map<std::size_t, int> tries_; // of items that have failed and may be tried again
    std::vector<waiting_item> waiting_;          // to be tried again
    std::size_t chunk_ = 1;
    std::size_t bytes_per_item_ = 0;
    bool queued_ = false;
    int unblamed_deaths_ = 0;
};

} // namespace tandem::runtime

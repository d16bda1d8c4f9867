// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The scheduler with workers and a clock that are simulated: the same every time.

#include "runtime/scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

namespace tandem::runtime {
namespace {

class items_without_content final : public detail::job {
public:
    explicit items_without_content(std::size_t size) : job{detail::thunk_kind::job, size} {}
    items_without_content() : job{detail::grows} {}
    void encode_state(encoder& /*out*/) const override {}
    void encode_items(std::size_t /*first*/, std::size_t /*count*/,
                      encoder& /*out*/) const override {}
    void accept(std::size_t /*index*/, decoder& /*result*/) override {}
    void fail(std::size_t /*index*/, std::exception_ptr /*error*/) noexcept override {}
};

using item_cost = std::function<std::size_t(std::size_t index)>; // nanoseconds

/// A worker that has a queue of chunks and finishes them in simulated time.
struct simulated_worker {
    struct task {
        job_entry* entry = nullptr;
        item_range items;
        std::size_t ends = 0; // once it runs
    };

    std::deque<task> tasks;
    std::size_t depth = 2;
    std::size_t done = 0;

    [[nodiscard]] std::size_t task_count() const { return tasks.size(); }
    [[nodiscard]] bool wants_task() const { return tasks.size() < depth; }
    std::optional<returned_items> return_newest() {
        if (tasks.size() < 2) return std::nullopt;
        const returned_items returned{tasks.back().entry, tasks.back().items};
        tasks.pop_back();
        return returned;
    }
};
static_assert(schedulable<simulated_worker>);

/// Runs a job on simulated workers until it is finished.
class simulation {
public:
    simulation(std::size_t workers, item_cost cost) : workers_(workers), cost_{std::move(cost)} {}

    /// Kills worker `which` at `time`: what it has goes back.
    void kill_at(std::size_t time, std::size_t which) { kill_ = {time, which}; }

    /// The time that all took.
    std::size_t run(job_entry& entry) {
        scheduler_.enqueue(entry);
        outcomes_.assign(entry.job().size(), 0);
        while (!entry.finished()) {
            scheduler_.hand_out(workers_, [&](simulated_worker& worker, job_entry& next) {
                worker.tasks.push_back({&next, next.take_chunk(workers_.size()), 0});
                if (!next.has_pending()) scheduler_.dequeue(next);
                return true;
            });
            begin_tasks();
            step();
        }
        return now_;
    }

    [[nodiscard]] bool each_ran_once() const {
        return std::ranges::all_of(outcomes_, [](int count) { return count == 1; });
    }
    [[nodiscard]] const std::vector<simulated_worker>& workers() const { return workers_; }

private:
    std::size_t duration(item_range items) const {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < items.count; ++i) sum += cost_(items.first + i);
        return sum;
    }

    void begin_tasks() {
        for (auto& worker : workers_)
            if (!worker.tasks.empty() && worker.tasks.front().ends == 0)
                worker.tasks.front().ends = now_ + duration(worker.tasks.front().items);
    }

    /// To the next end of a task, or to the kill.
    void step() {
        std::size_t next = std::numeric_limits<std::size_t>::max();
        for (const auto& worker : workers_)
            if (!worker.tasks.empty()) next = std::min(next, worker.tasks.front().ends);
        ASSERT_LT(next, std::numeric_limits<std::size_t>::max()) << "nobody has anything to do";
        if (kill_ && kill_->first <= next) return kill();
        now_ = next;
        for (auto& worker : workers_)
            if (!worker.tasks.empty() && worker.tasks.front().ends == now_) finish(worker);
    }

    void finish(simulated_worker& worker) {
        const auto task = worker.tasks.front();
        worker.tasks.pop_front();
        for (std::size_t i = 0; i < task.items.count; ++i) ++outcomes_[task.items.first + i];
        worker.done += task.items.count;
        task.entry->count_outcomes(task.items.count);
        task.entry->learn_time(task.items.count, static_cast<std::uint32_t>(duration(task.items)));
    }

    void kill() {
        now_ = kill_->first;
        for (auto& task : std::exchange(workers_[kill_->second].tasks, {}))
            scheduler_.requeue(*task.entry, task.items);
        kill_.reset();
    }

    std::vector<simulated_worker> workers_;
    item_cost cost_;
    scheduler scheduler_;
    std::vector<int> outcomes_;
    std::optional<std::pair<std::size_t, std::size_t>> kill_;
    std::size_t now_ = 0;
};

job_entry entry_of(std::size_t size, const call_options& options = {}) {
    return {std::make_shared<items_without_content>(size), 0, options};
}

double over_lower_bound(std::size_t makespan, std::size_t size, std::size_t workers,
                        const item_cost& cost) {
    std::size_t sum = 0;
    std::size_t longest = 0;
    for (std::size_t i = 0; i < size; ++i) {
        sum += cost(i);
        longest = std::max(longest, cost(i));
    }
    const auto bound = std::max(static_cast<double>(sum) / static_cast<double>(workers),
                                static_cast<double>(longest));
    return static_cast<double>(makespan) / bound;
}

TEST(Scheduler, EvenItemsAreSharedEvenly) {
    const item_cost cost = [](std::size_t) { return 10'000; };
    simulation run{4, cost};
    auto entry = entry_of(100'000);

    const auto makespan = run.run(entry);

    EXPECT_TRUE(run.each_ran_once());
    EXPECT_LT(over_lower_bound(makespan, 100'000, 4, cost), 1.01);
}

TEST(Scheduler, UnevenItemsLeaveNoWorkerIdleAtTheEnd) {
    // Deterministic, and from 1 µs to 4 ms.
    const item_cost cost = [](std::size_t i) { return 1'000 + (i * 7919 % 1000) * 4'000; };
    simulation run{3, cost};
    auto entry = entry_of(3'000);

    const auto makespan = run.run(entry);

    EXPECT_TRUE(run.each_ran_once());
    EXPECT_LT(over_lower_bound(makespan, 3'000, 3, cost), 1.02);
}

TEST(Scheduler, ALongItemDoesNotStrandThoseBehindIt) {
    // The first item takes as long as all the others together.
    const item_cost cost = [](std::size_t i) { return i == 0 ? 10'000'000 : 100'000; };
    simulation run{2, cost};
    auto entry = entry_of(101, {.chunk_size = 1});

    const auto makespan = run.run(entry);

    EXPECT_LT(over_lower_bound(makespan, 101, 2, cost), 1.02);
    EXPECT_GE(std::ranges::max(run.workers(), {}, &simulated_worker::done).done, 99U);
}

TEST(Scheduler, WhatAKilledWorkerHadIsRunByOthers) {
    const item_cost cost = [](std::size_t) { return 1'000'000; };
    simulation run{2, cost};
    run.kill_at(5'500'000, 0);
    auto entry = entry_of(50);

    (void)run.run(entry);

    EXPECT_TRUE(run.each_ran_once());
}

TEST(Scheduler, JobsAreServedInTheOrderTheyCame) {
    scheduler jobs;
    auto first = entry_of(1);
    auto second = entry_of(1);
    jobs.enqueue(first);
    jobs.enqueue(second);
    std::vector<simulated_worker> workers(1);
    std::vector<const job_entry*> served;

    jobs.hand_out(workers, [&](simulated_worker& worker, job_entry& entry) {
        served.push_back(&entry);
        worker.tasks.push_back({&entry, entry.take_chunk(1), 0});
        if (!entry.has_pending()) jobs.dequeue(entry);
        return true;
    });

    EXPECT_EQ(served, (std::vector<const job_entry*>{&first, &second}));
}

TEST(Scheduler, ItemsGivenBackGoFirst) {
    scheduler jobs;
    auto first = entry_of(2);
    auto second = entry_of(2);
    (void)first.take_chunk(1, 2);
    jobs.enqueue(second);

    jobs.requeue(first, {1, 1});

    std::vector<simulated_worker> workers(1);
    workers.front().depth = 1;
    const job_entry* served = nullptr;
    jobs.hand_out(workers, [&](simulated_worker& worker, job_entry& entry) {
        served = &entry;
        worker.tasks.push_back({&entry, entry.take_chunk(1), 0});
        if (!entry.has_pending()) jobs.dequeue(entry);
        return true;
    });
    EXPECT_EQ(served, &first);
}

TEST(Scheduler, AFailedItemIsTriedAgainAfterItsDelayAndNotMoreOftenThanAsked) {
    using namespace std::chrono_literals;
    auto entry = entry_of(1, {.on_error = on_error::retry(2, 10ms)});
    (void)entry.take_chunk(1);
    const job_entry::time_point begin{};

    EXPECT_TRUE(entry.retry(0, begin));
    EXPECT_FALSE(entry.has_pending());
    EXPECT_EQ(entry.next_wake(), begin + 10ms);
    entry.wake_waiting(begin + 9ms);
    EXPECT_FALSE(entry.has_pending());
    entry.wake_waiting(begin + 10ms);
    EXPECT_EQ(entry.take_chunk(1), (item_range{0, 1}));
    EXPECT_TRUE(entry.retry(0, begin));
    EXPECT_FALSE(entry.retry(0, begin));
    EXPECT_FALSE(entry.finished());
}

TEST(Scheduler, AJobThatGrowsIsFinishedWhenItsLastItemsAre) {
    job_entry entry{std::make_shared<items_without_content>(), 0, {}};

    EXPECT_FALSE(entry.finished());
    EXPECT_EQ(entry.appetite(2), 4U); // two chunks of one item for each worker
    entry.extend(3, false);
    EXPECT_EQ(entry.appetite(2), 1U);
    EXPECT_EQ(entry.take_chunk(2, 3).count, 1U);
    entry.count_outcomes(1);
    (void)entry.take_chunk(2);
    (void)entry.take_chunk(2);
    entry.count_outcomes(2);
    EXPECT_FALSE(entry.finished());
    entry.extend(0, true);
    EXPECT_TRUE(entry.finished());
}

} // namespace
} // namespace tandem::runtime

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/memory_budget.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace tandem::runtime {
namespace {

using testing::ElementsAre;

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr std::uint64_t gib = std::uint64_t{1} << 30;
constexpr auto reserve = 256 * mib;

using state = memory_budget::state;
using worker = memory_budget::worker;

std::vector<worker> idle_workers(std::size_t count) { return std::vector<worker>(count); }

auto may_run(const memory_budget& budget, std::uint64_t available,
             const std::vector<worker>& workers) {
    return budget.decide(available, workers).may_run;
}

auto stopped(const memory_budget& budget, std::uint64_t available,
             const std::vector<worker>& workers) {
    return budget.decide(available, workers).stop;
}

// ---- who may run

TEST(MemoryBudget, AsManyTasksRunAsFit) {
    const memory_budget budget{2 * gib, reserve};

    EXPECT_THAT(may_run(budget, 5 * gib, idle_workers(4)), ElementsAre(true, true, false, false));
    EXPECT_THAT(may_run(budget, 100 * gib, idle_workers(4)), ElementsAre(true, true, true, true));
}

TEST(MemoryBudget, ReserveIsNotHandedOut) {
    const memory_budget budget{2 * gib, reserve};

    EXPECT_THAT(may_run(budget, 4 * gib + reserve, idle_workers(2)), ElementsAre(true, true));
    EXPECT_THAT(may_run(budget, 4 * gib + reserve - 1, idle_workers(2)), ElementsAre(true, false));
}

TEST(MemoryBudget, OneTaskRunsEvenIfItDoesNotFit) {
    const memory_budget budget{64 * gib, reserve};

    EXPECT_THAT(may_run(budget, gib, idle_workers(2)), ElementsAre(true, false));
    EXPECT_THAT(may_run(budget, 0, idle_workers(1)), ElementsAre(true));
}

TEST(MemoryBudget, TaskThatHasJustBegunIsOwedAllThatItNeeds) {
    const memory_budget budget{2 * gib, reserve};

    EXPECT_THAT(may_run(budget, 5 * gib, {{state::busy, 0, 1}, {}, {}}),
                ElementsAre(true, true, false));
    EXPECT_THAT(may_run(budget, 4 * gib, {{state::busy, 0, 1}, {}, {}}),
                ElementsAre(true, false, false));
}

TEST(MemoryBudget, TaskThatHasItsMemoryIsOwedNoMore) {
    const memory_budget budget{2 * gib, reserve};

    EXPECT_THAT(may_run(budget, 3 * gib, {{state::busy, 2 * gib, 1}, {}, {}}),
                ElementsAre(true, true, false));
}

TEST(MemoryBudget, IdleWorkerThatHoldsMemoryComesFirst) {
    const memory_budget budget{2 * gib, reserve};

    EXPECT_THAT(may_run(budget, 3 * gib, {{}, {state::idle, 2 * gib, 0}, {}}),
                ElementsAre(true, true, false));
    EXPECT_THAT(may_run(budget, gib, {{}, {state::idle, 2 * gib, 0}, {}}),
                ElementsAre(false, true, false));
}

TEST(MemoryBudget, WorkerForWhichNothingIsLeftGetsNoFurtherTask) {
    const memory_budget budget{2 * gib, reserve};

    EXPECT_THAT(may_run(budget, gib, {{state::busy, gib, 2}, {state::busy, 2 * gib, 1}, {}}),
                ElementsAre(false, true, false));
}

TEST(MemoryBudget, WorkerThatIsBeingStoppedRunsNothing) {
    const memory_budget budget{gib, reserve};

    EXPECT_THAT(may_run(budget, 100 * gib, {{state::stopping, gib, 1}, {}}),
                ElementsAre(false, true));
}

TEST(MemoryBudget, NoWorkersNeedNoDecision) {
    const memory_budget budget{gib, reserve};

    EXPECT_TRUE(may_run(budget, gib, {}).empty());
    EXPECT_EQ(stopped(budget, 0, {}), std::nullopt);
}

TEST(MemoryBudget, NumbersBeyondAllReasonDoNotOverflow) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    const memory_budget budget{most, reserve};

    EXPECT_THAT(may_run(budget, most, {{state::busy, most, 1}, {state::busy, 0, 2}, {}}),
                ElementsAre(true, false, false));
}

// ---- what is learned

TEST(MemoryBudget, MeasuredOneBeginsWithOneTask) {
    const memory_budget budget{std::nullopt, reserve};

    EXPECT_EQ(budget.need(), std::nullopt);
    EXPECT_THAT(may_run(budget, 100 * gib, idle_workers(3)), ElementsAre(true, false, false));
    EXPECT_THAT(may_run(budget, 100 * gib, {{}, {state::busy, 0, 1}, {}}),
                ElementsAre(false, true, false));
}

TEST(MemoryBudget, MeasuredOneLetsAsManyRunAsFitOnceATaskHasFinished) {
    memory_budget budget{std::nullopt, reserve};

    budget.learn(2 * gib);

    EXPECT_THAT(may_run(budget, 5 * gib, idle_workers(4)), ElementsAre(true, true, false, false));
}

TEST(MemoryBudget, MeasuredNeedIsThatOfTheLargestOfTheLastTasks) {
    memory_budget budget{std::nullopt, reserve};
    budget.learn(4 * gib);
    for (int i = 0; i < 63; ++i) budget.learn(16 * mib);
    EXPECT_EQ(budget.need(), 4 * gib + gib / 4);

    budget.learn(16 * mib);

    EXPECT_EQ(budget.need(), 17 * mib);
}

TEST(MemoryBudget, TaskThatTakesMoreThanWasSaidRaisesTheNeed) {
    memory_budget budget{gib, reserve};
    EXPECT_THAT(may_run(budget, 4 * gib, {{state::busy, 3 * gib, 1}, {}, {}}),
                ElementsAre(true, true, false))
        << "while it runs";

    budget.learn(3 * gib);

    EXPECT_EQ(budget.need(), 3 * gib);
}

TEST(MemoryBudget, TaskThatTakesLessThanWasSaidDoesNotLowerTheNeed) {
    memory_budget budget{gib, reserve};

    budget.learn(mib);

    EXPECT_EQ(budget.need(), gib);
}

TEST(MemoryBudget, ReserveIsAShareOfTheMemoryWithinBounds) {
    EXPECT_EQ(memory_budget::usual_reserve(0), 64 * mib);
    EXPECT_EQ(memory_budget::usual_reserve(8 * gib), 256 * mib);
    EXPECT_EQ(memory_budget::usual_reserve(1024 * gib), 512 * mib);
}

// ---- shortage

TEST(MemoryBudget, YoungestTaskIsStoppedWhenMemoryRunsShort) {
    const memory_budget budget{gib, reserve};
    const std::vector<worker> workers{
        {state::busy, gib, 7}, {state::busy, gib, 9}, {state::busy, gib, 8}, {}};

    EXPECT_EQ(stopped(budget, reserve / 2, workers), std::nullopt);
    EXPECT_EQ(stopped(budget, reserve / 2 - 1, workers), 1U);
    EXPECT_FALSE(may_run(budget, reserve / 2 - 1, workers)[1]);
}

TEST(MemoryBudget, NobodyElseIsStoppedBeforeTheLastOneIsGone) {
    const memory_budget budget{gib, reserve};

    EXPECT_EQ(stopped(budget, 0,
                      {{state::busy, gib, 1}, {state::busy, gib, 2}, {state::stopping, gib, 3}}),
              std::nullopt);
}

TEST(MemoryBudget, SingleTaskIsNotStopped) {
    const memory_budget budget{gib, reserve};

    EXPECT_EQ(stopped(budget, 0, {{state::busy, gib, 1}, {state::idle, gib, 0}}), std::nullopt);
}

TEST(MemoryBudget, WhatWasStoppedForMemoryDoesNotRunAgainAtOnce) {
    const memory_budget budget{gib, reserve}; // each takes 2 GiB in fact
    const auto short_of = reserve / 2 - 1;
    ASSERT_EQ(stopped(budget, short_of, {{state::busy, 2 * gib, 1}, {state::busy, 2 * gib, 2}}),
              1U);

    // Its worker has ended, its memory is back.
    EXPECT_THAT(may_run(budget, short_of + 2 * gib, {{state::busy, 2 * gib, 1}, {}}),
                ElementsAre(true, false));
}

// ---- a machine

/// A pool with a memory budget on a machine without any other programs. Time goes in ticks. Tasks
/// take memory little by little, then finish and give it back.
class machine {
public:
    machine(memory_budget budget, std::uint64_t memory, std::size_t workers)
        : budget_{std::move(budget)}, memory_{memory}, places_(workers) {}

    /// Runs tasks that need so much until all have finished; false if that takes for ever.
    bool run(const std::vector<std::uint64_t>& tasks) {
        std::ranges::copy(tasks, std::back_inserter(waiting_));
        for (int tick = 0; tick < 1'000'000; ++tick) {
            if (waiting_.empty() && busy() == 0) return true;
            act();
            for (auto& place : places_) grow(place);
            if (used() > memory_) ++exhausted;
        }
        return false;
    }

    int exhausted = 0; // ticks in which the kernel would have killed somebody
    int stops = 0;
    std::size_t most_at_once = 0;

private:
    struct running_worker {
        worker seen;
        std::uint64_t needs = 0;
        int ticks_at_the_top = 0;
    };
    static constexpr auto growth = 16 * mib; // per tick
    static constexpr int work = 20;          // ticks with all the memory

    [[nodiscard]] std::uint64_t used() const {
        std::uint64_t bytes = 0;
        for (const auto& place : places_) bytes += place.seen.held;
        return bytes;
    }
    [[nodiscard]] std::size_t busy() const {
        return static_cast<std::size_t>(std::ranges::count_if(
            places_, [](const running_worker& each) { return each.seen.state == state::busy; }));
    }

    void act() {
        for (auto& place : places_) // whoever was told to end has ended
            if (place.seen.state == state::stopping) place.seen = {};
        std::vector<worker> workers;
        for (const auto& place : places_) workers.push_back(place.seen);
        const auto available = memory_ > used() ? memory_ - used() : 0;
        const auto decision = budget_.decide(available, workers);
        if (decision.stop) stop(places_[*decision.stop]);
        for (std::size_t i = 0; i < places_.size(); ++i)
            if (decision.may_run[i] && places_[i].seen.state == state::idle) start(places_[i]);
        most_at_once = std::max(most_at_once, busy());
    }

    void start(running_worker& idle) {
        if (waiting_.empty()) return;
        idle = {{state::busy, 0, ++tasks_begun_}, waiting_.front(), 0};
        waiting_.pop_front();
    }

    void stop(running_worker& busy) {
        ++stops;
        budget_.learn(busy.seen.held);
        waiting_.push_front(busy.needs);
        busy.seen.state = state::stopping;
    }

    void grow(running_worker& place) {
        if (place.seen.state != state::busy) return;
        place.seen.held = std::min(place.seen.held + growth, place.needs);
        if (place.seen.held < place.needs || ++place.ticks_at_the_top < work) return;
        budget_.learn(place.seen.held);
        place = {};
    }

    memory_budget budget_;
    std::uint64_t memory_;
    std::vector<running_worker> places_;
    std::deque<std::uint64_t> waiting_;
    std::uint64_t tasks_begun_ = 0;
};

std::vector<std::uint64_t> tasks_of(std::size_t count, std::uint64_t bytes) {
    return std::vector<std::uint64_t>(count, bytes);
}

TEST(MemoryBudgetMachine, EightWorkersWithTasksOfTwoGibibytesAndFiveGibibytesRunTwoAtATime) {
    machine simulated{{2 * gib, memory_budget::usual_reserve(5 * gib)}, 5 * gib, 8};

    EXPECT_TRUE(simulated.run(tasks_of(40, 2 * gib)));

    EXPECT_EQ(simulated.most_at_once, 2U);
    EXPECT_EQ(simulated.exhausted, 0);
    EXPECT_EQ(simulated.stops, 0);
}

TEST(MemoryBudgetMachine, TheSameWhenTheNeedIsMeasured) {
    machine simulated{{std::nullopt, memory_budget::usual_reserve(24 * gib)}, 5 * gib, 8};

    EXPECT_TRUE(simulated.run(tasks_of(40, 2 * gib)));

    EXPECT_EQ(simulated.most_at_once, 2U);
    EXPECT_EQ(simulated.exhausted, 0);
    EXPECT_EQ(simulated.stops, 0);
}

TEST(MemoryBudgetMachine, SmallTasksUseAllWorkers) {
    machine simulated{{std::nullopt, reserve}, 5 * gib, 8};

    EXPECT_TRUE(simulated.run(tasks_of(100, 100 * mib)));

    EXPECT_EQ(simulated.most_at_once, 8U);
    EXPECT_EQ(simulated.stops, 0);
}

TEST(MemoryBudgetMachine, TasksThatTakeFourTimesWhatWasSaidFinishAllTheSame) {
    machine simulated{{gib / 2, 512 * mib}, 5 * gib, 8};

    EXPECT_TRUE(simulated.run(tasks_of(40, 2 * gib)));

    EXPECT_EQ(simulated.exhausted, 0);
    EXPECT_GT(simulated.stops, 0);
    EXPECT_LT(simulated.stops, 10) << "it learns from them";
}

TEST(MemoryBudgetMachine, LargeTaskAmongSmallOnesFinishes) {
    machine simulated{{std::nullopt, 512 * mib}, 5 * gib, 8};
    auto tasks = tasks_of(60, 100 * mib);
    tasks[30] = 4 * gib;
    tasks[45] = 4 * gib;

    EXPECT_TRUE(simulated.run(tasks));

    EXPECT_EQ(simulated.exhausted, 0);
}

TEST(MemoryBudgetMachine, TasksThatLeaveNoReserveRunOneByOne) {
    machine simulated{{std::nullopt, 512 * mib}, 5 * gib, 8};

    EXPECT_TRUE(simulated.run(tasks_of(5, 5 * gib)));

    EXPECT_EQ(simulated.most_at_once, 1U);
    EXPECT_EQ(simulated.stops, 0);
}

} // namespace
} // namespace tandem::runtime

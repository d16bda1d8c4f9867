// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/barrier.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/carrier.hpp"
#include "support/fd_census.hpp"
#include "support/fork_of_test.hpp"
#include "support/shared_number.hpp"
#include "support/until.hpp"
#include "tandem/mutex.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using test::fork_of_test;

static_assert(portable<barrier>);

class Barrier : public test::fd_census {
protected:
    static bool waits(const barrier& all, std::uint32_t number) {
        return test::until([&] { return all.waiting() == number; });
    }
};

/// A number that forks of the test add to.
class tally {
public:
    [[nodiscard]] int add(int more) const {
        const std::lock_guard guard{mutex_};
        return *number_ += more;
    }

private:
    mutex mutex_;
    test::shared_number number_;
};

TEST_F(Barrier, NobodyGoesOnBeforeAllHaveArrived) {
    constexpr int rounds = 300;
    const barrier all{3};
    const tally arrived;
    const auto take_part = [&] {
        for (int round = 1; round <= rounds; ++round) {
            (void)arrived.add(1);
            all.arrive_and_wait();
            EXPECT_GE(arrived.add(0), 3 * round);
        }
    };
    std::vector<fork_of_test> processes;
    for (int i = 0; i < 3; ++i) processes.emplace_back(take_part);

    for (auto& process : processes) EXPECT_EQ(process.wait(), 0);
    EXPECT_EQ(arrived.add(0), 3 * rounds);
    EXPECT_FALSE(all.is_broken());
    EXPECT_EQ(all.waiting(), 0U);
}

TEST_F(Barrier, GivesEachAnIndexAndTheLastOneRunsTheAction) {
    const barrier all{4};
    EXPECT_EQ(all.parties(), 4U);
    int actions = 0;
    std::array<std::atomic<int>, 4> indices{};
    const auto take_turn = [&](int round) {
        const auto mine = all.arrive_and_wait([&] { ++actions; });
        EXPECT_EQ(actions, round);
        EXPECT_EQ(mine.is_last, mine.index == 3);
        ++indices.at(mine.index);
        all.arrive_and_wait();
    };
    const auto take_part = [&] {
        for (int round = 1; round <= 50; ++round) take_turn(round);
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back(take_part);

    threads.clear();
    for (const auto& times : indices) EXPECT_EQ(times, 50);
}

TEST_F(Barrier, OfOneLetsThrough) {
    const barrier alone{1};
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(alone.arrive_and_wait().is_last);
}

TEST_F(Barrier, TimeThatIsUpBreaksItForAll) {
    const barrier all{3};
    std::jthread waiting{[&] { EXPECT_THROW(all.arrive_and_wait(), barrier_broken); }};
    ASSERT_TRUE(waits(all, 1));

    EXPECT_THROW(all.arrive_and_wait_for(1ms), barrier_broken);
    EXPECT_TRUE(all.is_broken());
    EXPECT_THROW(all.arrive_and_wait(), barrier_broken);
}

TEST_F(Barrier, DeathOfOneThatWaitsBreaksIt) {
    const barrier all{3};
    fork_of_test participant{[&] { all.arrive_and_wait(); }};
    ASSERT_TRUE(waits(all, 1));
    std::jthread waiting{[&] { EXPECT_THROW(all.arrive_and_wait(), barrier_broken); }};
    ASSERT_TRUE(waits(all, 2));

    participant.kill();
    waiting.join(); // the test has a time limit
    EXPECT_TRUE(all.is_broken());
}

TEST_F(Barrier, DeathOfOneThatWaitedIsFoundByTheLast) {
    const barrier all{2};
    fork_of_test participant{[&] { all.arrive_and_wait(); }};
    ASSERT_TRUE(waits(all, 1));
    participant.kill();

    EXPECT_THROW(all.arrive_and_wait(), barrier_broken);
}

TEST_F(Barrier, DeathOfOneThatRunsTheActionBreaksIt) {
    const barrier all{2};
    std::jthread waiting{[&] { EXPECT_THROW(all.arrive_and_wait(), barrier_broken); }};
    ASSERT_TRUE(waits(all, 1));

    fork_of_test{[&] { all.arrive_and_wait([] { test::die(); }); }}.wait();
    waiting.join(); // the test has a time limit
}

TEST_F(Barrier, ExceptionOfTheActionBreaksItAndLeavesTheCall) {
    const barrier all{2};
    std::jthread waiting{[&] { EXPECT_THROW(all.arrive_and_wait(), barrier_broken); }};
    ASSERT_TRUE(waits(all, 1));

    EXPECT_THROW(all.arrive_and_wait_for(20s, [] { throw std::runtime_error{"no"}; }),
                 std::runtime_error);
    EXPECT_TRUE(all.is_broken());
}

TEST_F(Barrier, AbortBreaksItAndResetMakesItNew) {
    const barrier all{2};
    std::jthread waiting{[&] { EXPECT_THROW(all.arrive_and_wait(), barrier_broken); }};
    ASSERT_TRUE(waits(all, 1));
    all.abort();
    waiting.join();

    all.reset();
    EXPECT_FALSE(all.is_broken());
    std::jthread again{[&] { all.arrive_and_wait(); }};
    all.arrive_and_wait();
}

TEST_F(Barrier, ResetBreaksTheWaitOfThoseThatAreThere) {
    const barrier all{2};
    std::jthread waiting{[&] { EXPECT_THROW(all.arrive_and_wait(), barrier_broken); }};
    ASSERT_TRUE(waits(all, 1));
    all.reset();
    EXPECT_FALSE(all.is_broken());

    std::jthread next{[&] { all.arrive_and_wait(); }};
    all.arrive_and_wait();
}

TEST_F(Barrier, MoreThreadsThanPartiesTakeTurns) {
    const barrier all{2};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 5; ++i)
        threads.emplace_back([&] { EXPECT_THROW(for (;;) all.arrive_and_wait(), barrier_broken); });

    for (int round = 0; round < 100; ++round) all.arrive_and_wait();
    all.abort();
    threads.clear(); // the test has a time limit
}

TEST_F(Barrier, ForNobodyOrTooManyIsRefused) {
    EXPECT_THROW(barrier{0}, std::invalid_argument);
    EXPECT_THROW(barrier{barrier::max() + 1}, std::invalid_argument);
    EXPECT_EQ(barrier{barrier::max()}.parties(), barrier::max());
}

TEST_F(Barrier, CopiesAndWhatHasCrossedAreTheSame) {
    test::carrier by;
    const barrier all{2};
    const auto crossed = test::cross(by, all);
    EXPECT_EQ(crossed, all);
    EXPECT_EQ(crossed.parties(), 2U);
    std::jthread other{[&] { crossed.arrive_and_wait(); }};
    all.arrive_and_wait();
}

} // namespace
} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Events and latches: flags that are waited for.

#include "tandem/event.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/carrier.hpp"
#include "support/fd_census.hpp"
#include "support/fork_of_test.hpp"
#include "support/shared_number.hpp"
#include "tandem/latch.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using test::fork_of_test;

static_assert(portable<event> && portable<latch>);

class Event : public test::fd_census {};

TEST_F(Event, IsSetAndCleared) {
    const event done;
    EXPECT_FALSE(done.is_set());
    EXPECT_FALSE(done.wait_for(1ms));
    EXPECT_FALSE(done.wait_until(std::chrono::system_clock::now() + 1ms));
    done.set();
    done.set();
    EXPECT_TRUE(done.is_set());
    EXPECT_TRUE(done.wait_for(-1ms));
    done.wait();
    done.clear();
    EXPECT_FALSE(done.is_set());
}

TEST_F(Event, WakesAllThatWaitInAllProcesses) {
    const event done;
    const test::shared_number written;
    std::vector<fork_of_test> waiting;
    for (int i = 0; i < 3; ++i)
        waiting.emplace_back([&] {
            done.wait();
            EXPECT_EQ(*written, 7);
        });

    *written = 7;
    done.set();
    for (auto& process : waiting) EXPECT_EQ(process.wait(), 0);
}

TEST_F(Event, WakesThreadsThatSeeWhatWasDoneBefore) {
    const event done;
    int written = 0;
    std::jthread waiting{[&] {
        done.wait();
        EXPECT_EQ(written, 7);
    }};
    written = 7;
    done.set();
}

TEST_F(Event, WaitEndsThoughItIsClearedAtOnce) {
    const event begun;
    const event pulse;
    std::thread waiting{[&] {
        begun.set();
        for (int i = 0; i < 50; ++i) pulse.wait();
    }};
    begun.wait();
    // It may be about to look, so it gets more than fifty.
    const std::jthread pulses{[&](const std::stop_token& stop) {
        for (; !stop.stop_requested(); pulse.clear()) pulse.set();
    }};
    waiting.join(); // the test has a time limit
}

TEST_F(Event, DeadSleeperKeepsNobodyAsleep) {
    const event begun;
    const event done;
    fork_of_test sleeper{[&] {
        begun.set();
        done.wait();
    }};
    std::thread waiting{[&] { done.wait(); }};
    begun.wait();
    sleeper.kill();
    done.set();
    waiting.join(); // the test has a time limit
}

TEST_F(Event, CopiesAndWhatHasCrossedAreTheSame) {
    test::carrier by;
    const event done;
    const auto crossed = test::cross(by, done);
    EXPECT_EQ(crossed, done);
    crossed.set();
    EXPECT_TRUE(done.is_set());
    EXPECT_NE(event{}, done);
}

class Latch : public test::fd_census {};

TEST_F(Latch, OpensWhenAllHaveCounted) {
    const latch all{3};
    const test::shared_number sum;
    EXPECT_FALSE(all.try_wait());
    EXPECT_FALSE(all.wait_for(1ms));
    std::vector<fork_of_test> processes;
    for (int i = 0; i < 2; ++i)
        processes.emplace_back([&] {
            all.arrive_and_wait();
            EXPECT_EQ(*sum, 1);
        });

    *sum = 1;
    all.count_down();
    all.wait();
    EXPECT_TRUE(all.try_wait());
    for (auto& process : processes) EXPECT_EQ(process.wait(), 0);
}

TEST_F(Latch, IsNotCountedBelowZero) {
    const latch all{2};
    EXPECT_THROW(all.count_down(3), std::invalid_argument);
    all.count_down(2);
    all.count_down(0);
    EXPECT_THROW(all.count_down(), std::invalid_argument);
    EXPECT_TRUE(all.try_wait());
}

TEST_F(Latch, CopiesAndWhatHasCrossedAreTheSame) {
    test::carrier by;
    const latch all{1};
    const auto crossed = test::cross(by, all);
    EXPECT_EQ(crossed, all);
    crossed.count_down();
    EXPECT_TRUE(all.try_wait());
}

} // namespace
} // namespace tandem

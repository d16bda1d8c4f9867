// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/semaphore.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/carrier.hpp"
#include "support/fd_census.hpp"
#include "support/fork_of_test.hpp"
#include "support/shared_number.hpp"
#include "tandem/bounded_semaphore.hpp"
#include "tandem/event.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using test::fork_of_test;

static_assert(portable<semaphore> && portable<bounded_semaphore>);

class Semaphore : public test::fd_census {};

TEST_F(Semaphore, CanBeAcquiredAsOftenAsItSays) {
    const semaphore units{2};
    units.acquire();
    EXPECT_TRUE(units.try_acquire());
    EXPECT_FALSE(units.try_acquire());
    EXPECT_FALSE(units.try_acquire_for(1ms));
    EXPECT_FALSE(units.try_acquire_for(-1ms));
    EXPECT_FALSE(units.try_acquire_until(std::chrono::system_clock::now() + 1ms));

    units.release(3);
    EXPECT_EQ(units.value(), 3U);
    EXPECT_TRUE(units.try_acquire_for(1h));
}

TEST_F(Semaphore, OfOneIsALockForAllProcesses) {
    constexpr int rounds = 2000;
    const semaphore lock;
    const test::shared_number sum;
    std::vector<fork_of_test> processes;
    for (int i = 0; i < 3; ++i)
        processes.emplace_back([&] {
            for (int round = 0; round < rounds; ++round) {
                lock.acquire();
                ++*sum;
                lock.release();
            }
        });

    for (auto& process : processes) EXPECT_EQ(process.wait(), 0);
    EXPECT_EQ(*sum, 3 * rounds);
    EXPECT_EQ(lock.value(), 1U);
}

TEST_F(Semaphore, OfOneIsALockForThreads) {
    constexpr int rounds = 2000;
    const semaphore lock;
    int sum = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < rounds; ++round) {
                lock.acquire();
                ++sum;
                lock.release();
            }
        });

    threads.clear();
    EXPECT_EQ(sum, 3 * rounds);
}

TEST_F(Semaphore, ReleaseOfManyWakesAsMany) {
    const semaphore units{0};
    std::vector<std::jthread> waiting;
    for (int i = 0; i < 5; ++i) waiting.emplace_back([&] { units.acquire(); });

    units.release(2);
    units.release(3);
    waiting.clear(); // the test has a time limit
    EXPECT_EQ(units.value(), 0U);
}

TEST_F(Semaphore, UnitsOfADeadProcessStayTakenAndOthersCanBeHad) {
    const semaphore units{2};
    fork_of_test{[&] {
        units.acquire();
        test::die();
    }}.wait();

    EXPECT_EQ(units.value(), 1U);
    EXPECT_TRUE(units.try_acquire());
}

TEST_F(Semaphore, DeadSleeperTakesNothingAlong) {
    const semaphore units{0};
    const event begun;
    for (int i = 0; i < 3; ++i) {
        begun.clear();
        fork_of_test sleeper{[&] {
            begun.set();
            units.acquire();
        }};
        begun.wait();
        sleeper.kill();
    }

    units.release();
    EXPECT_TRUE(units.try_acquire());
}

TEST_F(Semaphore, IsReleasedBelowItsLimitOnly) {
    EXPECT_THROW(semaphore{semaphore::max() + 1}, std::invalid_argument);
    const semaphore units{semaphore::max() - 1};
    units.release();
    EXPECT_THROW(units.release(), released_too_often);
    EXPECT_EQ(units.value(), semaphore::max());
}

TEST_F(Semaphore, CopiesAndWhatHasCrossedAreTheSame) {
    test::carrier by;
    const semaphore units{3};
    const auto crossed = test::cross(by, units);
    EXPECT_EQ(crossed, units);
    crossed.acquire();
    EXPECT_EQ(units.value(), 2U);
}

class BoundedSemaphore : public test::fd_census {};

TEST_F(BoundedSemaphore, IsNotReleasedAboveItsInitialValue) {
    const bounded_semaphore units{2};
    EXPECT_THROW(units.release(), released_too_often);
    units.acquire();
    units.acquire();
    EXPECT_THROW(units.release(3), released_too_often);
    units.release(2);
    EXPECT_EQ(units.value(), 2U);
}

TEST_F(BoundedSemaphore, IsNotTakenForAnUnboundedOne) {
    test::carrier by;
    encoder out;
    out.carry_descriptors(&by);
    out.write(bounded_semaphore{});
    decoder in{out.bytes()};
    in.find_descriptors(&by);
    EXPECT_THROW((void)in.read<semaphore>(), codec_error);
}

} // namespace
} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/condition_variable.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "shm/notice_word.hpp"
#include "support/carrier.hpp"
#include "support/fd_census.hpp"
#include "support/fork_of_test.hpp"
#include "support/shared_number.hpp"
#include "tandem/mutex.hpp"
#include "tandem/recursive_mutex.hpp"
#include "tandem/semaphore.hpp"
#include "tandem/shared_mutex.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using test::fork_of_test;

static_assert(portable<condition_variable>);

class ConditionVariable : public test::fd_census {
protected:
    const mutex m;
    const condition_variable changed;
    const test::shared_number items;

    void take_one() const {
        std::unique_lock lock{m};
        changed.wait(lock, [&] { return *items > 0; });
        --*items;
    }
    void put_one() const {
        const std::lock_guard guard{m};
        ++*items;
        changed.notify_one();
    }
};

TEST_F(ConditionVariable, NoticesReachWaitersInAllProcesses) {
    std::vector<fork_of_test> takers;
    for (int i = 0; i < 3; ++i)
        takers.emplace_back([&] {
            for (int round = 0; round < 100; ++round) take_one();
        });
    for (int item = 0; item < 300; ++item) put_one();

    for (auto& taker : takers) EXPECT_EQ(taker.wait(), 0);
    EXPECT_EQ(*items, 0);
}

TEST_F(ConditionVariable, NotifyAllWakesAll) {
    std::vector<std::jthread> waiting;
    for (int i = 0; i < 4; ++i)
        waiting.emplace_back([&] {
            std::unique_lock lock{m};
            changed.wait(lock, [&] { return *items == 1; });
        });
    {
        const std::lock_guard guard{m};
        *items = 1;
    }
    changed.notify_all();
    waiting.clear(); // the test has a time limit
}

TEST_F(ConditionVariable, WaitsGiveUpWithTheMutexHeld) {
    std::unique_lock lock{m};
    EXPECT_EQ(changed.wait_for(lock, 1ms), std::cv_status::timeout);
    EXPECT_EQ(changed.wait_until(lock, std::chrono::system_clock::now() + 1ms),
              std::cv_status::timeout);
    EXPECT_FALSE(changed.wait_for(lock, 1ms, [] { return false; }));
    EXPECT_FALSE(
        changed.wait_until(lock, std::chrono::steady_clock::now() + 1ms, [] { return false; }));
    EXPECT_TRUE(changed.wait_for(lock, 1ms, [] { return true; }));
    EXPECT_TRUE(lock.owns_lock());
    std::thread{[&] { EXPECT_FALSE(m.try_lock()); }}.join();
}

TEST_F(ConditionVariable, DeadWaiterTakesNoNoticeAlong) {
    const semaphore begun{0};
    fork_of_test dead{[&] {
        std::unique_lock lock{m};
        begun.release(); // who locks the mutex now finds us waiting
        changed.wait(lock, [&] { return *items > 0; });
    }};
    begun.acquire();
    fork_of_test taker{[&] { take_one(); }};
    {
        const std::lock_guard guard{m};
        dead.kill();
    }

    put_one();
    EXPECT_EQ(taker.wait(), 0); // the test has a time limit
}

TEST_F(ConditionVariable, WorksWithAnyMutex) {
    const recursive_mutex recursive;
    const shared_mutex shared;
    const auto notify = [&] {
        const std::scoped_lock all{m, recursive, shared};
        *items = 1;
        changed.notify_all();
    };
    std::jthread notifying{[&](const std::stop_token& stop) {
        while (!stop.stop_requested()) notify();
    }};
    const auto is_there = [&] { return *items == 1; };
    {
        std::unique_lock lock{recursive};
        changed.wait(lock, is_there);
    }
    {
        std::shared_lock lock{shared};
        changed.wait(lock, is_there);
    }
    {
        std::unique_lock lock{shared};
        (void)changed.wait_for(lock, 20s);
    }
    const std::lock_guard guard{m};
    changed.wait(m); // without a lock around it
}

TEST_F(ConditionVariable, RecursiveMutexIsUnlockedAltogetherAndAsDeepAgainAfterwards) {
    const recursive_mutex recursive;
    recursive.lock();
    recursive.lock();
    std::unique_lock lock{recursive};
    std::jthread other{[&] {
        const std::lock_guard guard{recursive};
        *items = 1;
        changed.notify_one();
    }};

    changed.wait(lock, [&] { return *items == 1; });

    lock.unlock();
    recursive.unlock();
    std::thread{[&] { EXPECT_FALSE(recursive.try_lock()); }}.join();
    recursive.unlock();
    EXPECT_THROW(changed.wait(recursive), std::system_error);
}

TEST_F(ConditionVariable, DeathOfTheMutexesOwnerLeavesTheWaitWithoutTheMutex) {
    const semaphore begun{0};
    std::thread waiting{[&] {
        std::unique_lock lock{m};
        begun.release();
        EXPECT_THROW(changed.wait(lock, [&] { return *items == 1; }), owner_died);
        EXPECT_FALSE(lock.owns_lock());
    }};
    begun.acquire();
    fork_of_test{[&] {
        m.lock();
        *items = 1;
        changed.notify_all();
        test::die();
    }}.wait();
    waiting.join();
}

// What saves a notice whose only receiver dies: the others are not woken, and look all the same.
TEST_F(ConditionVariable, OneNoticeMakesAllThatSleepLookSoonerOrLater) {
    shm::notice_word word;
    const auto before = word.number();
    std::vector<std::jthread> sleepers;
    for (int i = 0; i < 3; ++i) sleepers.emplace_back([&] { EXPECT_TRUE(word.wait(before, {})); });

    word.notify(1);
    sleepers.clear(); // the test has a time limit
}

TEST_F(ConditionVariable, CopiesAndWhatHasCrossedAreTheSame) {
    test::carrier by;
    const auto crossed = test::cross(by, changed);
    EXPECT_EQ(crossed, changed);
    EXPECT_NE(condition_variable{}, changed);
}

} // namespace
} // namespace tandem

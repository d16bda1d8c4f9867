// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What holds for all mutexes, and what is special to those that may be locked again.

#include "tandem/mutex.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "support/carrier.hpp"
#include "support/fd_census.hpp"
#include "support/fork_of_test.hpp"
#include "support/shared_number.hpp"
#include "tandem/event.hpp"
#include "tandem/process.hpp"
#include "tandem/recursive_mutex.hpp"
#include "tandem/shared_mutex.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using test::fork_of_test;

static_assert(portable<mutex> && portable<recursive_mutex> && portable<shared_mutex>);
static_assert(std::same_as<mutex, timed_mutex>);

template <class Mutex>
class AnyMutex : public test::fd_census {
protected:
    /// Ends while it has `m`.
    static void die_with(const Mutex& m) {
        fork_of_test{[&] {
            m.lock();
            test::die();
        }}.wait();
    }
    static bool another_thread_gets(const Mutex& m) {
        bool got = false;
        std::thread{[&] {
            got = m.try_lock();
            if (got) m.unlock();
        }}.join();
        return got;
    }
};
using mutexes = testing::Types<mutex, recursive_mutex, shared_mutex>;
TYPED_TEST_SUITE(AnyMutex, mutexes);

TYPED_TEST(AnyMutex, LetsOneThreadOfAllProcessesInAtATime) {
    constexpr int rounds = 2000;
    const TypeParam m;
    const test::shared_number sum;
    std::vector<fork_of_test> processes;
    for (int i = 0; i < 3; ++i)
        processes.emplace_back([&] {
            for (int round = 0; round < rounds; ++round) {
                const std::lock_guard guard{m};
                ++*sum;
            }
        });

    for (auto& process : processes) EXPECT_EQ(process.wait(), 0);
    EXPECT_EQ(*sum, 3 * rounds);
}

TYPED_TEST(AnyMutex, LetsOneThreadOfThisProcessInAtATime) {
    constexpr int rounds = 2000;
    const TypeParam m;
    int sum = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            for (int round = 0; round < rounds; ++round) {
                const std::lock_guard guard{m};
                ++sum;
            }
        });

    threads.clear();
    EXPECT_EQ(sum, 3 * rounds);
}

TYPED_TEST(AnyMutex, FitsTheLocksOfTheStandardLibrary) {
    const TypeParam first;
    TypeParam second;
    {
        const std::scoped_lock both{first, second};
        EXPECT_FALSE(this->another_thread_gets(first));
        EXPECT_FALSE(this->another_thread_gets(second));
    }
    const std::unique_lock lock{second, 1s};
    EXPECT_TRUE(lock.owns_lock());
    EXPECT_TRUE(this->another_thread_gets(first));
}

TYPED_TEST(AnyMutex, DeathOfItsOwnerIsThrownOnceAndLeavesItFree) {
    const TypeParam m;
    this->die_with(m);

    EXPECT_THROW(m.lock(), owner_died);
    EXPECT_TRUE(this->another_thread_gets(m));
    EXPECT_NO_THROW(m.lock());
    m.unlock();
}

TYPED_TEST(AnyMutex, DeathOfItsOwnerIsToldByTryLockAsWell) {
    const TypeParam m;
    this->die_with(m);
    EXPECT_THROW((void)m.try_lock(), owner_died);
    this->die_with(m);
    EXPECT_THROW((void)m.try_lock_for(20s), owner_died);

    EXPECT_TRUE(m.try_lock());
    m.unlock();
}

TYPED_TEST(AnyMutex, LockInheritingHoldsWhatTheDeadOneHeld) {
    const TypeParam m;
    this->die_with(m);

    EXPECT_EQ(m.lock_inheriting(), lock_outcome::owner_died);
    EXPECT_FALSE(this->another_thread_gets(m));
    m.unlock();
    EXPECT_EQ(m.lock_inheriting(), lock_outcome::locked);
    m.unlock();
}

TYPED_TEST(AnyMutex, DeathOfOneThatRepairsIsToldAgain) {
    const TypeParam m;
    this->die_with(m);
    fork_of_test{[&] {
        EXPECT_EQ(m.lock_inheriting(), lock_outcome::owner_died);
        test::die();
    }}.wait();

    EXPECT_THROW(m.lock(), owner_died);
}

TYPED_TEST(AnyMutex, DeathOfItsOwnerWakesWhoWaits) {
    const TypeParam m;
    const event held;
    fork_of_test owner{[&] {
        m.lock();
        held.set();
        test::wait_for_the_end();
    }};
    held.wait();
    std::thread waiting{[&] { EXPECT_THROW(m.lock(), owner_died); }};

    owner.kill();
    waiting.join(); // the test has a time limit
}

TYPED_TEST(AnyMutex, EndOfAThreadThatHeldItIsToldToo) {
    const TypeParam m;
    std::thread{[&] { m.lock(); }}.join();

    EXPECT_THROW(m.lock(), owner_died);
}

TYPED_TEST(AnyMutex, TimedLocksGiveUp) {
    const TypeParam m;
    const std::lock_guard guard{m};
    std::thread{[&] {
        EXPECT_FALSE(m.try_lock());
        EXPECT_FALSE(m.try_lock_for(1ms));
        EXPECT_FALSE(m.try_lock_for(-1h));
        EXPECT_FALSE(m.try_lock_until(std::chrono::system_clock::now() + 1ms));
        EXPECT_FALSE(m.try_lock_until(std::chrono::steady_clock::time_point::min()));
    }}.join();
}

TYPED_TEST(AnyMutex, LimitThatNoClockHoldsIsNone) {
    const TypeParam m;
    EXPECT_TRUE(m.try_lock_for(std::chrono::hours::max()));
    m.unlock();
    EXPECT_TRUE(m.try_lock_until(std::chrono::system_clock::time_point::max()));
    m.unlock();
}

TYPED_TEST(AnyMutex, OfItsParentIsNotHeldByAFork) {
    const TypeParam m;
    const std::lock_guard guard{m};
    fork_of_test fork{[&] {
        EXPECT_FALSE(m.try_lock());
        EXPECT_THROW(m.unlock(), std::system_error);
    }};

    EXPECT_EQ(fork.wait(), 0);
    EXPECT_FALSE(this->another_thread_gets(m));
}

TYPED_TEST(AnyMutex, CopiesAndWhatHasCrossedAreTheSame) {
    test::carrier by;
    const TypeParam m;
    const TypeParam copy = m;
    const auto crossed = test::cross(by, m);
    EXPECT_EQ(copy, m);
    EXPECT_EQ(crossed, m);
    EXPECT_NE(TypeParam{}, m);

    const std::lock_guard guard{m};
    EXPECT_FALSE(this->another_thread_gets(crossed));
}

TYPED_TEST(AnyMutex, MemoryOfSomethingElseIsRefused) {
    test::carrier by;
    encoder out;
    out.carry_descriptors(&by);
    out.write(event{});
    out.write(detail::shared_region::create("test", 8192, detail::shared_region::pages::as_used));
    out.write(detail::shared_region::create("test", 8, detail::shared_region::pages::as_used));
    out.write(detail::shared_region{});
    decoder in{out.bytes()};
    in.find_descriptors(&by);

    for (int i = 0; i < 4; ++i) EXPECT_THROW((void)in.template read<TypeParam>(), codec_error);
}

TYPED_TEST(AnyMutex, WorksInAForkedProcess) {
    const TypeParam m;
    const test::shared_number sum;
    {
        const process counting{forked, [m, sum] {
                                   const std::lock_guard guard{m};
                                   ++*sum;
                               }};
        EXPECT_TRUE(counting.join().success());
    }
    const std::lock_guard guard{m};
    EXPECT_EQ(*sum, 1);
}

TYPED_TEST(AnyMutex, IsUnlockedByItsOwnerOnly) {
    if (TEST_SANITIZER) GTEST_SKIP() << "the thread sanitizer takes it for a bug of the program";
    const TypeParam m;
    EXPECT_THROW(m.unlock(), std::system_error);
    const std::lock_guard guard{m};
    std::thread{[&] { EXPECT_THROW(m.unlock(), std::system_error); }}.join();
    EXPECT_FALSE(this->another_thread_gets(m));
}

TYPED_TEST(AnyMutex, DeathOfItsOwnerIsNotForgottenByOneThatUnlocksWhatItHasNot) {
    if (TEST_SANITIZER) GTEST_SKIP() << "the thread sanitizer takes it for a bug of the program";
    const TypeParam m;
    this->die_with(m);
    EXPECT_THROW(m.unlock(), std::system_error);
    EXPECT_EQ(m.lock_inheriting(), lock_outcome::owner_died);
    m.unlock();
}

class Mutex : public test::fd_census {};

TEST_F(Mutex, OwnOneIsRefusedAndStaysHeld) {
    const mutex m;
    const std::lock_guard guard{m};
    EXPECT_THROW(m.lock(), std::system_error);
    EXPECT_THROW((void)m.try_lock(), std::system_error);
}

class RecursiveMutex : public test::fd_census {};

TEST_F(RecursiveMutex, IsFreeWhenItWasUnlockedAsOftenAsLocked) {
    const recursive_mutex m;
    const auto is_free = [&] {
        bool got = false;
        std::thread{[&] {
            got = m.try_lock();
            if (got) m.unlock();
        }}.join();
        return got;
    };
    m.lock();
    EXPECT_TRUE(m.try_lock());
    EXPECT_EQ(m.lock_inheriting(), lock_outcome::locked);
    m.unlock();
    m.unlock();
    EXPECT_FALSE(is_free());
    m.unlock();
    EXPECT_TRUE(is_free());
}

TEST_F(RecursiveMutex, OfADeadOwnerIsFreeHoweverOftenItWasLocked) {
    const recursive_mutex m;
    fork_of_test{[&] {
        for (int i = 0; i < 5; ++i) m.lock();
        test::die();
    }}.wait();
    EXPECT_THROW(m.unlock(), std::system_error); // five deep, but not ours

    EXPECT_EQ(m.lock_inheriting(), lock_outcome::owner_died);
    m.unlock();
    bool is_free = false;
    std::thread{[&] {
        is_free = m.try_lock();
        if (is_free) m.unlock();
    }}.join();
    EXPECT_TRUE(is_free);
}

} // namespace
} // namespace tandem

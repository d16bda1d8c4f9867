// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What is special to a mutex that can be shared; mutex_test.cpp has what holds for all.

#include "tandem/shared_mutex.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "support/fd_census.hpp"
#include "support/fork_of_test.hpp"
#include "support/shared_number.hpp"
#include "support/until.hpp"
#include "tandem/event.hpp"
#include "tandem/latch.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using test::fork_of_test;

class SharedMutex : public test::fd_census {
protected:
    const shared_mutex m;

    [[nodiscard]] bool another_thread_gets() const {
        bool got = false;
        std::thread{[&] {
            got = m.try_lock();
            if (got) m.unlock();
        }}.join();
        return got;
    }
    [[nodiscard]] bool another_thread_shares() const {
        bool got = false;
        std::thread{[&] {
            got = m.try_lock_shared();
            if (got) m.unlock_shared();
        }}.join();
        return got;
    }
};

TEST_F(SharedMutex, IsSharedByManyOrHeldByOne) {
    {
        const std::shared_lock share{m};
        EXPECT_TRUE(another_thread_shares());
        EXPECT_FALSE(another_thread_gets());
        std::thread{[&] { EXPECT_FALSE(m.try_lock_for(1ms)); }}.join();
        EXPECT_TRUE(another_thread_shares()); // nothing is left of the attempt
    }
    const std::lock_guard guard{m};
    EXPECT_FALSE(another_thread_shares());
    std::thread{[&] { EXPECT_FALSE(m.try_lock_shared_for(1ms)); }}.join();
}

constexpr int rounds = 1000;

template <class Number>
void change_both(const shared_mutex& m, Number& first, Number& second) {
    for (int round = 0; round < rounds; ++round) {
        const std::lock_guard guard{m};
        ++first;
        ++second;
    }
}

template <class Number>
void compare_both(const shared_mutex& m, const Number& first, const Number& second) {
    for (int round = 0; round < rounds; ++round) {
        const std::shared_lock share{m};
        ASSERT_EQ(first, second);
    }
}

TEST_F(SharedMutex, ReadersNeverSeeHalfAChange) {
    const test::shared_number first;
    const test::shared_number second;
    std::vector<fork_of_test> processes;
    for (int i = 0; i < 2; ++i) {
        processes.emplace_back([&] { change_both(m, *first, *second); });
        processes.emplace_back([&] { compare_both(m, *first, *second); });
    }

    for (auto& process : processes) EXPECT_EQ(process.wait(), 0);
    EXPECT_EQ(*first, 2 * rounds);
}

TEST_F(SharedMutex, ThreadsNeverSeeHalfAChange) {
    int first = 0;
    int second = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] { change_both(m, first, second); });
        threads.emplace_back([&] { compare_both(m, first, second); });
    }

    threads.clear();
    EXPECT_EQ(first, 2 * rounds);
}

TEST_F(SharedMutex, ShareOfADeadReaderIsGivenBack) {
    const event shared;
    fork_of_test reader{[&] {
        m.lock_shared();
        m.lock_shared(); // two shares
        shared.set();
        test::wait_for_the_end();
    }};
    shared.wait();
    EXPECT_FALSE(m.try_lock());
    std::thread waiting{[&] {
        m.lock();
        m.unlock();
    }};

    reader.kill();
    waiting.join(); // the test has a time limit
    EXPECT_TRUE(another_thread_shares());
}

TEST_F(SharedMutex, DeathOfAWriterIsToldToAReader) {
    fork_of_test{[&] {
        m.lock();
        test::die();
    }}.wait();

    EXPECT_THROW(m.lock_shared(), owner_died);
    EXPECT_NO_THROW(m.lock_shared());
    m.unlock_shared();
    EXPECT_TRUE(another_thread_gets());
}

TEST_F(SharedMutex, DeathOfAWriterThatWaitedIsNotTold) {
    m.lock_shared();
    fork_of_test writer{[&] { m.lock(); }};
    EXPECT_TRUE(test::until([&] { return !another_thread_shares(); })); // it waits
    writer.kill();

    m.unlock_shared();
    EXPECT_NO_THROW(m.lock_shared());
    m.unlock_shared();
    EXPECT_NO_THROW(m.lock());
    m.unlock();
}

TEST_F(SharedMutex, DeathOfAWriterIsNotForgottenByOneThatGivesUp) {
    fork_of_test{[&] {
        m.lock();
        test::die();
    }}.wait();
    const event shared;
    // Shares through the gate and so inherits; as it dies itself, nothing of it stays.
    fork_of_test reader{[&] {
        EXPECT_THROW(m.lock_shared(), owner_died);
        m.lock_shared();
        shared.set();
        test::wait_for_the_end();
    }};
    shared.wait();

    EXPECT_FALSE(m.try_lock());
    reader.kill();
    EXPECT_TRUE(another_thread_gets());
}

TEST_F(SharedMutex, MoreThanAllPlacesWaitForOne) {
    const latch all{60};
    const event enough;
    std::vector<std::jthread> readers;
    for (int i = 0; i < 60; ++i)
        readers.emplace_back([&] {
            const std::shared_lock share{m};
            all.count_down();
            enough.wait();
        });
    all.wait();
    EXPECT_FALSE(m.try_lock_shared());
    EXPECT_FALSE(m.try_lock_shared_for(1ms));
    std::jthread one_more{[&] { const std::shared_lock share{m}; }};

    enough.set();
    one_more.join();
    readers.clear();
    EXPECT_TRUE(another_thread_gets());
}

TEST_F(SharedMutex, OwnOneIsRefused) {
    m.lock_shared();
    EXPECT_THROW(m.lock(), std::system_error);
    m.unlock_shared();
    EXPECT_THROW(m.unlock_shared(), std::system_error);
    EXPECT_THROW(m.unlock(), std::system_error);

    const std::lock_guard guard{m};
    EXPECT_THROW(m.lock(), std::system_error);
    EXPECT_THROW(m.lock_shared(), std::system_error);
}

TEST_F(SharedMutex, OfItsParentIsNotSharedByAFork) {
    const std::shared_lock share{m};
    fork_of_test fork{[&] {
        EXPECT_THROW(m.unlock_shared(), std::system_error);
        EXPECT_TRUE(m.try_lock_shared()); // one of its own
    }};

    EXPECT_EQ(fork.wait(), 0);
    EXPECT_FALSE(another_thread_gets());
}

} // namespace
} // namespace tandem

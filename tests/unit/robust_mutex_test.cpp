// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/robust_mutex.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace tandem::os {
namespace {

using namespace std::chrono_literals;
using outcome = robust_mutex::outcome;

template <class F>
void in_a_thread(F f) {
    std::thread{f}.join();
}

TEST(RobustMutex, IsLockedByOneThreadAtATime) {
    robust_mutex mutex;
    EXPECT_FALSE(mutex.is_own());
    ASSERT_EQ(mutex.lock(), outcome::locked);
    EXPECT_EQ(mutex.lock(), outcome::own);
    EXPECT_TRUE(mutex.is_own());
    in_a_thread([&] {
        EXPECT_FALSE(mutex.is_own());
        EXPECT_EQ(mutex.try_lock(), outcome::busy);
        EXPECT_EQ(mutex.lock(robust_mutex::clock::now() + 1ms), outcome::busy);
    });
    EXPECT_TRUE(mutex.unlock());
    in_a_thread([&] {
        EXPECT_EQ(mutex.try_lock(), outcome::locked);
        EXPECT_TRUE(mutex.unlock());
    });
}

TEST(RobustMutex, IsUnlockedByItsOwnerOnly) {
    if (TEST_SANITIZER) GTEST_SKIP() << "the thread sanitizer takes it for a bug of the program";
    robust_mutex mutex;
    EXPECT_FALSE(mutex.unlock());
    ASSERT_EQ(mutex.lock(), outcome::locked);
    in_a_thread([&] { EXPECT_FALSE(mutex.unlock()); });
    EXPECT_TRUE(mutex.unlock());
}

TEST(RobustMutex, DeadHolderIsSeenWithoutLocking) {
    robust_mutex mutex;
    EXPECT_FALSE(mutex.holder_has_died());
    in_a_thread([&] {
        ASSERT_EQ(mutex.lock(), outcome::locked);
        EXPECT_FALSE(mutex.holder_has_died());
    });
    EXPECT_TRUE(mutex.holder_has_died());

    EXPECT_EQ(mutex.try_lock(), outcome::owner_died);
    EXPECT_FALSE(mutex.holder_has_died());
    EXPECT_TRUE(mutex.unlock());
}

TEST(RobustMutex, DeathOfTheOwnerIsToldOnce) {
    robust_mutex mutex;
    in_a_thread([&] { ASSERT_EQ(mutex.lock(), outcome::locked); });

    EXPECT_EQ(mutex.lock(robust_mutex::clock::now() + 20s), outcome::owner_died);
    EXPECT_TRUE(mutex.unlock());
    EXPECT_EQ(mutex.try_lock(), outcome::locked);
    EXPECT_TRUE(mutex.unlock());
}

} // namespace
} // namespace tandem::os

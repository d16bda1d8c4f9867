// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/shared_value.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <thread>
#include <tuple>
#include <utility>

#include "support/carrier.hpp"
#include "support/fd_census.hpp"
#include "tandem/process.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;

struct state {
    std::int64_t done = 3;
    double rest = 1.5;
    std::int64_t more = 0;
};

class SharedValue : public test::fd_census {};

TEST_F(SharedValue, BeginsAsATypesValueDoes) {
    EXPECT_EQ(*shared_value<int>{}, 0);
    EXPECT_EQ(*shared_value<int>{7}, 7);
    EXPECT_EQ(shared_value<state> {} -> done, 3);
}

TEST_F(SharedValue, HandleOfItCrosses) {
    const shared_value<int> made{1};
    const auto received = test::cross(made);
    received.store(2);
    EXPECT_EQ(made.load(), 2);
    EXPECT_EQ(received, made);
    EXPECT_NE(shared_value<int>{2}, made);
}

TEST_F(SharedValue, MovedOneIsStillThere) {
    shared_value<int> made{1};
    const auto other = std::move(made);
    EXPECT_EQ(*made, *other); // NOLINT(bugprone-use-after-move): it is a promise
}

TEST_F(SharedValue, ValueOfAnotherSizeIsRefused) {
    EXPECT_THROW((void)test::cross_as<shared_value<double>>(shared_value<int>{}), codec_error);
    const std::tuple without{detail::element_place{sizeof(int), 0, 1}, shared_memory{}};
    EXPECT_THROW((void)test::cross_as<shared_value<int>>(without), codec_error);
}

TEST_F(SharedValue, AdditionsOfSeveralProcessesAreAllCounted) {
    constexpr int rounds = 20'000;
    const shared_value<std::int64_t> count;
    const shared_value<double> sum;
    const auto add = [&] {
        for (int i = 0; i < rounds; ++i) {
            count.fetch_add(2);
            count.fetch_sub(1);
            sum.fetch_add(0.5);
        }
    };
    const process one{forked, add};
    const process other{forked, add};
    EXPECT_TRUE(one.join().success());
    EXPECT_TRUE(other.join().success());
    EXPECT_EQ(count.load(), 2 * rounds);
    EXPECT_EQ(sum.load(), rounds);
    EXPECT_EQ(count.exchange(-1), 2 * rounds);
    EXPECT_EQ(*count, -1);
}

TEST_F(SharedValue, WaitEndsWhenAnotherProcessChangesIt) {
    const shared_value<int> turn;
    const process other{forked, [&] {
                            turn.wait(0);
                            turn.store(2);
                            turn.notify_all();
                        }};
    turn.store(1);
    turn.notify_all();
    EXPECT_EQ(turn.wait(1), 2);
    EXPECT_TRUE(other.join().success());
}

TEST_F(SharedValue, WaitForTellsWhetherItChanged) {
    const shared_value<float> value{1.5F};
    EXPECT_FALSE(value.wait_for(1.5F, 1ms));
    EXPECT_FALSE(value.wait_for(1.5F, -1ms));
    EXPECT_TRUE(value.wait_for(0.5F, 0ms));
    std::jthread changer{[&] {
        value.store(2.5F);
        value.notify_all();
    }};
    EXPECT_TRUE(value.wait_for(1.5F, std::chrono::nanoseconds::max()));
}

TEST_F(SharedValue, FirstToClaimItWins) {
    const shared_value<std::uint64_t> owner;
    std::uint64_t nobody = 0;
    EXPECT_TRUE(owner.atomic().compare_exchange_strong(nobody, 5));
    nobody = 0;
    EXPECT_FALSE(owner.atomic().compare_exchange_strong(nobody, 6));
    EXPECT_EQ(nobody, 5U);
}

} // namespace
} // namespace tandem

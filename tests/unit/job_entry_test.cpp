// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/job_entry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <vector>

namespace tandem::runtime {
namespace {

class items_without_content final : public detail::job {
public:
    explicit items_without_content(std::size_t size) : job{detail::thunk_kind::job, size} {}
    void encode_state(encoder& /*out*/) const override {}
    void encode_items(std::size_t /*first*/, std::size_t /*count*/,
                      encoder& /*out*/) const override {}
    void accept(std::size_t /*index*/, decoder& /*result*/) override {}
    void fail(std::size_t /*index*/, std::exception_ptr /*error*/) noexcept override {}
};

job_entry entry_of(std::size_t size, std::size_t chunk_size = 0) {
    return {std::make_shared<items_without_content>(size), 0, {.chunk_size = chunk_size}};
}

TEST(JobEntry, FixedChunksHaveThatSizeAndTheLastOneTheRest) {
    auto entry = entry_of(7, 3);

    EXPECT_EQ(entry.take_chunk(2), (item_range{0, 3}));
    EXPECT_EQ(entry.take_chunk(2), (item_range{3, 3}));
    EXPECT_EQ(entry.take_chunk(2), (item_range{6, 1}));
    EXPECT_FALSE(entry.has_pending());
}

TEST(JobEntry, AdaptiveChunksBeginWithOneItem) {
    auto entry = entry_of(1000);

    EXPECT_EQ(entry.take_chunk(2), (item_range{0, 1}));
}

TEST(JobEntry, ChunksGrowAtMostEightfoldTowards200Microseconds) {
    auto entry = entry_of(1'000'000);
    (void)entry.take_chunk(2);

    entry.learn_time(1, 100); // 2000 items would fit
    EXPECT_EQ(entry.take_chunk(2).count, 8U);
    entry.learn_time(8, 800);
    EXPECT_EQ(entry.take_chunk(2).count, 64U);
    entry.learn_time(64, 64 * 10'000); // 10 µs an item: 20 fit
    EXPECT_EQ(entry.take_chunk(2).count, 20U);
}

TEST(JobEntry, ChunksShrinkTowardsTheEnd) {
    auto entry = entry_of(100);
    entry.learn_time(64, 64);
    std::vector<std::size_t> sizes;

    while (entry.has_pending()) sizes.push_back(entry.take_chunk(2).count);

    EXPECT_EQ(sizes.front(), 25U); // a quarter: half of a fair share of two workers
    EXPECT_TRUE(std::ranges::is_sorted(sizes, std::greater<>{}));
    EXPECT_EQ(sizes.back(), 1U);
}

TEST(JobEntry, ChunksOfLargeItemsStaySmall) {
    auto entry = entry_of(1000);
    entry.learn_time(64, 64);

    entry.learn_bytes(1, 10'000);

    EXPECT_EQ(entry.take_chunk(2).count, 3U); // of 32 KiB
}

TEST(JobEntry, WhatIsGivenBackGoesFirst) {
    auto entry = entry_of(10, 2);
    (void)entry.take_chunk(2);
    (void)entry.take_chunk(2);

    entry.give_back({2, 2});
    entry.give_back({0, 1});

    EXPECT_EQ(entry.take_chunk(2), (item_range{0, 1}));
    EXPECT_EQ(entry.take_chunk(2), (item_range{2, 2}));
    EXPECT_EQ(entry.take_chunk(2), (item_range{4, 2}));
}

TEST(JobEntry, FailureLeavesOnlyTheItemsBeforeIt) {
    auto entry = entry_of(10, 2);
    (void)entry.take_chunk(2); // 0, 1: in flight
    (void)entry.take_chunk(2); // 2, 3: 3 fails
    entry.give_back({2, 1});

    entry.fail_at(3, 2);

    EXPECT_EQ(entry.take_chunk(2), (item_range{2, 1}));
    EXPECT_FALSE(entry.has_pending());
    for (int outcome = 0; outcome < 3; ++outcome) {
        EXPECT_FALSE(entry.finished());
        entry.count_outcomes(1);
    }
    EXPECT_TRUE(entry.finished());
}

TEST(JobEntry, FailureBeforeWhatWasHandedOutLeavesNothingPending) {
    auto entry = entry_of(10, 2);
    (void)entry.take_chunk(2);
    (void)entry.take_chunk(2);

    entry.fail_at(1, 1); // fewer items matter than were handed out

    EXPECT_FALSE(entry.has_pending());
}

TEST(JobEntry, ChunksOfOneItemGoOutSeveralAtATimeButNotAllToOneWorker) {
    auto entry = entry_of(40, 1);

    EXPECT_EQ(entry.take_chunks(2, 4, 1000), (item_range{0, 4})); // what the worker wants
    EXPECT_EQ(entry.take_chunks(2, 1000, 3), (item_range{4, 3})); // and may have
    EXPECT_EQ(entry.take_chunks(2, 1000, 1000), (item_range{7, 8}));
    EXPECT_EQ(entry_of(1'000'000, 1).take_chunks(2, 1000, 1000), (item_range{0, 32}));
    EXPECT_EQ(entry_of(1, 1).take_chunks(2, 1000, 1000), (item_range{0, 1}));
    EXPECT_EQ(entry_of(100, 5).take_chunks(2, 1000, 1000), (item_range{0, 5}));
}

TEST(JobEntry, NeighboursGivenBackAreHandedOutTogether) {
    auto entry = entry_of(100, 10);
    for (int i = 0; i < 10; ++i) (void)entry.take_chunk(2);

    for (const std::size_t index : {8U, 7U, 6U, 2U}) entry.give_back({index, 1});

    EXPECT_EQ(entry.take_chunk(2), (item_range{2, 1}));
    EXPECT_EQ(entry.take_chunk(2), (item_range{6, 3}));
    EXPECT_FALSE(entry.has_pending());
}

TEST(JobEntry, ItemsBehindAFailureAreNotTakenBack) {
    auto entry = entry_of(10, 2);
    (void)entry.take_chunk(2);
    entry.fail_at(0, 0);

    entry.give_back({1, 1});

    EXPECT_FALSE(entry.has_pending());
    EXPECT_TRUE(entry.finished());
}

} // namespace
} // namespace tandem::runtime

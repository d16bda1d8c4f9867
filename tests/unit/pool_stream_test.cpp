// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// imap() and its kin: results that are made while they are read.

#include "tandem/result_range.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <forward_list>
#include <iterator>
#include <memory>
#include <ranges>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "support/fd_census.hpp"
#include "support/scratch.hpp"
#include "support/until.hpp"
#include "tandem/pool.hpp"

namespace tandem {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

long square(long x) { return x * x; }

long fail_odd(long x) {
    if (x % 2 != 0) throw std::runtime_error{"odd: " + std::to_string(x)};
    return x;
}

template <class Range>
auto read_all(Range results) {
    std::vector<std::ranges::range_value_t<Range>> all;
    for (auto&& result : results) all.push_back(std::move(result));
    return all;
}

/// 0, 1, 2 ... without end, counted as they are pulled.
auto endless(std::atomic<long>& pulled) {
    return std::views::iota(0L) | std::views::transform([&pulled](long x) {
               ++pulled;
               return x;
           });
}

class PoolStream : public test::fd_census {
protected:
    pool_options two{.processes = 2, .grace = {}};
    test::scratch scratch;
};

TEST_F(PoolStream, ImapYieldsTheResultsInTheOrderOfTheItems) {
    const pool workers{two};
    const auto items = std::views::iota(0L, 20'000L);
    long next = 0;

    for (const long result : workers.imap(square, items)) {
        ASSERT_EQ(result, next * next);
        ++next;
    }

    EXPECT_EQ(next, 20'000);
}

TEST_F(PoolStream, ImapUnorderedYieldsEachResultOnceAndNamesItsItem) {
    const pool workers{two};
    const auto items = std::views::iota(0L, 20'000L);
    std::vector<bool> seen(20'000);

    auto results = workers.imap_unordered(square, items);
    for (auto at = results.begin(); at != results.end(); ++at) {
        ASSERT_EQ(*at, static_cast<long>(at.index() * at.index()));
        ASSERT_FALSE(seen[at.index()]);
        seen[at.index()] = true;
    }

    EXPECT_TRUE(std::ranges::all_of(seen, std::identity{}));
}

TEST_F(PoolStream, ImapOfNothingIsEmpty) {
    const pool workers{two};

    EXPECT_TRUE(read_all(workers.imap(square, std::vector<long>{})).empty());
    EXPECT_TRUE(read_all(workers.imap_unordered(square, std::forward_list<long>{})).empty());
}

TEST_F(PoolStream, UnorderedResultsDoNotWaitForASlowItem) {
    const pool workers{two};
    const auto wait_if_0 = [](int item, const std::string& file) {
        if (item == 0) (void)test::until([&] { return std::filesystem::exists(file); });
        return item;
    };
    const auto go = scratch.path() + "/go";
    std::vector<int> order;

    for (const int item :
         workers.with({.chunk_size = 1}).imap_unordered(wait_if_0, std::views::iota(0, 5), go)) {
        order.push_back(item);
        if (order.size() == 4) test::scratch::append(go, "");
    }

    ASSERT_EQ(order.size(), 5U);
    EXPECT_EQ(order.back(), 0);
}

TEST_F(PoolStream, OnePassRangesAndMoveOnlyItemsAreTaken) {
    const pool workers{two};
    std::istringstream words{"a bb ccc"};
    std::vector<std::unique_ptr<int>> owners;
    for (int i = 1; i <= 3; ++i) owners.push_back(std::make_unique<int>(i));

    const auto sizes =
        read_all(workers.imap([](const std::string& word) { return word.size(); },
                              std::ranges::subrange{std::istream_iterator<std::string>{words},
                                                    std::istream_iterator<std::string>{}}));
    const auto doubled = read_all(
        workers.imap([](const std::unique_ptr<int>& p) { return *p * 2; }, std::move(owners)));

    EXPECT_THAT(sizes, ElementsAre(1U, 2U, 3U));
    EXPECT_THAT(doubled, ElementsAre(2, 4, 6));
}

TEST_F(PoolStream, EndlessRangeIsPulledAsFarAsTheWindowAllows) {
    const pool workers{two};
    std::atomic<long> pulled{0};
    long next = 0;

    for (const long result : workers.with({.window = 10}).imap(square, endless(pulled))) {
        ASSERT_EQ(result, next * next);
        ASSERT_LE(pulled, next + 11); // those read, this one, and a window
        if (++next == 1000) break;
    }

    EXPECT_LE(pulled, 1010);
}

TEST_F(PoolStream, WindowOfBytesHoldsBackLargeItems) {
    const pool workers{two};
    std::atomic<long> pulled{0};
    constexpr std::size_t mebibyte = std::size_t{1} << 20;
    const auto large =
        endless(pulled) | std::views::transform([](long) { return std::string(mebibyte, 'x'); });
    long next = 0;

    for (const std::string& result : workers.with({.window_bytes = 4 * mebibyte})
                                         .imap([](const std::string& s) { return s; }, large)) {
        ASSERT_EQ(result.size(), mebibyte);
        ASSERT_LE(pulled, next + 8);
        if (++next == 50) break;
    }
}

TEST_F(PoolStream, ItemLargerThanTheWindowIsStillRun) {
    const pool workers{two};
    const std::vector<std::string> items(3, std::string(100'000, 'x'));

    const auto sizes = read_all(workers.with({.window_bytes = 1000})
                                    .imap([](const std::string& s) { return s.size(); }, items));

    EXPECT_THAT(sizes, ElementsAre(100'000U, 100'000U, 100'000U));
}

TEST_F(PoolStream, ReadingGoesOnBehindAFailedItem) {
    const pool workers{two};
    auto results = workers.imap(fail_odd, std::views::iota(0L, 100L));
    long good = 0;
    long bad = 0;

    for (auto at = results.begin(); at != results.end(); ++at) {
        try {
            good += *at;
        } catch (const task_error& e) {
            EXPECT_EQ(e.index(), at.index());
            ++bad;
        }
    }

    EXPECT_EQ(good, 2450);
    EXPECT_EQ(bad, 50);
}

TEST_F(PoolStream, CrashOfAWorkerCostsItsItemOnly) {
    const pool workers{two};
    const auto die_at_5 = [](int x) {
        if (x == 5) (void)std::raise(SIGKILL);
        return x;
    };
    auto results = workers.imap(die_at_5, std::views::iota(0, 100));
    std::vector<std::size_t> crashed;
    int sum = 0;

    for (auto at = results.begin(); at != results.end(); ++at) {
        try {
            sum += *at;
        } catch (const worker_crashed& e) {
            crashed.push_back(e.index());
        }
    }

    EXPECT_THAT(crashed, ElementsAre(5U));
    EXPECT_EQ(sum, 4945);
}

TEST_F(PoolStream, FailedItemsAreRetriedAndSubstituted) {
    const pool workers{two};
    const auto fail = [](int item, const std::string& directory) -> int {
        test::scratch::append(directory + "/" + std::to_string(item), "x");
        throw std::runtime_error{"always"};
    };

    const auto results =
        read_all(workers.with({.on_error = on_error::retry(2).then(on_error::substitute(-1))})
                     .imap(fail, std::vector<int>{1, 2}, scratch.path()));

    EXPECT_THAT(results, ElementsAre(-1, -1));
    EXPECT_EQ(scratch.read("2"), "xxx");
}

TEST_F(PoolStream, WhatTheInputRangeThrowsComesBehindTheResultsBeforeIt) {
    const pool workers{two};
    const auto items = std::views::iota(0L) | std::views::transform([](long x) {
                           if (x == 100) throw std::logic_error{"no more"};
                           return x;
                       });
    auto results = workers.imap(square, items);
    std::vector<long> read;

    const auto read_on = [&] {
        for (const long result : results) read.push_back(result);
    };

    EXPECT_THROW(read_on(), std::logic_error);
    EXPECT_EQ(read.size(), 100U);
    EXPECT_EQ(read.back(), 99 * 99);
}

TEST_F(PoolStream, StreamThatIsDroppedCancelsTheRest) {
    const pool workers{two};
    const auto sleep_behind_2 = [](int x) {
        if (x > 2) std::this_thread::sleep_for(std::chrono::hours{1});
        return x;
    };

    for (const int result :
         workers.with({.chunk_size = 1}).imap(sleep_behind_2, std::views::iota(0)))
        if (result == 2) break;

    EXPECT_EQ(workers.apply(square, 3L), 9);
}

TEST_F(PoolStream, StreamThatNobodyReadsPullsNothing) {
    const pool workers{two};
    std::atomic<long> pulled{0};

    { [[maybe_unused]] const auto results = workers.imap(square, endless(pulled)); }

    EXPECT_EQ(pulled, 0);
}

TEST_F(PoolStream, StreamOnAClosedPoolThrowsOnceAndEnds) {
    const pool workers{two};
    workers.close();
    auto results = workers.imap(square, std::views::iota(0L));

    auto at = results.begin();
    ASSERT_NE(at, results.end());
    EXPECT_THROW((void)*at, cancelled);
    ++at;
    EXPECT_EQ(at, results.end());
}

TEST_F(PoolStream, StreamWhosePoolIsTerminatedThrows) {
    const pool workers{two};
    auto results = workers.with({.window = 4}).imap(square, std::views::iota(0L));
    auto at = results.begin();
    workers.terminate();

    const auto read_on = [&] {
        for (; at != results.end(); ++at) (void)*at;
    };

    EXPECT_THROW(read_on(), cancelled);
}

TEST_F(PoolStream, TuplesAreSpreadAndExtraArgumentsGoToEveryCall) {
    const pool workers{two};
    const std::vector<std::pair<int, std::string>> items{{1, "a"}, {2, "b"}};
    const auto repeat = [](int times, const std::string& text, const std::string& end) {
        std::string all;
        for (int i = 0; i < times; ++i) all += text;
        return all + end;
    };

    EXPECT_THAT(read_all(workers.istarmap(repeat, items, std::string{"."})),
                ElementsAre("a.", "bb."));
    EXPECT_THAT(read_all(workers.istarmap_unordered(repeat, items, std::string{"."})),
                testing::UnorderedElementsAre("a.", "bb."));
}

TEST_F(PoolStream, FunctionsOfNoResultYieldTheirEnds) {
    const pool workers{two};
    int ended = 0;

    for ([[maybe_unused]] auto& end : workers.imap_unordered([](int) {}, std::views::iota(0, 10)))
        ++ended;

    EXPECT_EQ(ended, 10);
}

TEST_F(PoolStream, StreamsOfOnePoolAreReadInTurnsAndInThreads) {
    const pool workers{two};
    const auto items = std::views::iota(0L, 2000L);
    auto first = workers.imap(square, items);
    auto second = workers.imap(square, items);
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] {
            if (std::ranges::equal(read_all(workers.imap(square, items)), items, {}, {}, square))
                ++right;
        });

    auto a = first.begin();
    auto b = second.begin();
    for (; a != first.end(); ++a, ++b) ASSERT_EQ(*a, *b);

    EXPECT_EQ(b, second.end());
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(right, 3);
}

} // namespace
} // namespace tandem

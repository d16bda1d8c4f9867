// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The calls of a pool whose items are all there: for_each, try_map, map_async, by_cost, on_error.

#include "tandem/tandem.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <list>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "support/fd_census.hpp"
#include "support/scratch.hpp"

namespace tandem {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

long square(long x) { return x * x; }

long fail_odd(long x) {
    if (x % 2 != 0) throw std::runtime_error{"odd: " + std::to_string(x)};
    return x;
}

struct without_default {
    explicit without_default(int number) : value{number} {}
    void serialize(auto& archive) { archive(value); }
    static without_default deserialize(auto& archive) {
        int number = 0;
        archive(number);
        return without_default{number};
    }

    int value;
};

std::vector<long> numbers(long count) {
    std::vector<long> items(static_cast<std::size_t>(count));
    std::iota(items.begin(), items.end(), 0L);
    return items;
}

class PoolMap : public test::fd_census {
protected:
    pool_options one{.processes = 1};
    pool_options two{.processes = 2};
    test::scratch scratch;
};

TEST_F(PoolMap, ForEachRunsEachItemOnceAndDropsWhatIsReturned) {
    const pool workers{two};
    const auto note = [](int item, const std::string& directory) {
        return test::scratch::append(directory + "/" + std::to_string(item), "x");
    };

    workers.for_each(note, std::list<int>{1, 2, 3}, scratch.path());

    EXPECT_THAT(scratch.files(), ElementsAre("1", "2", "3"));
    EXPECT_EQ(scratch.read("2"), "x");
}

TEST_F(PoolMap, ForEachThrowsTheFirstFailure) {
    const pool workers{two};

    EXPECT_THROW(workers.for_each(fail_odd, std::vector<long>{0, 2, 1, 3}), task_error);
}

TEST_F(PoolMap, TryMapGivesEachItemItsOwnOutcome) {
    const pool workers{two};

    const auto outcomes = workers.try_map(fail_odd, numbers(1001));

    ASSERT_EQ(outcomes.size(), 1001U);
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        ASSERT_EQ(outcomes[i].has_value(), i % 2 == 0) << i;
        if (outcomes[i]) continue;
        ASSERT_EQ(outcomes[i].error().index(), i);
    }
    EXPECT_THAT(outcomes[7].error().what(), HasSubstr("odd: 7"));
}

TEST_F(PoolMap, TryMapOutlivesTheWorkersThatItsItemsKill) {
    const pool workers{two};
    const auto die_at_5 = [](int x) {
        if (x == 5) (void)std::raise(SIGKILL);
        return x;
    };

    const auto outcomes = workers.try_map(die_at_5, std::vector<int>{4, 5, 6});

    EXPECT_EQ(outcomes[0], 4);
    const auto* crash = outcomes[1].error().get_if<worker_crashed>();
    ASSERT_NE(crash, nullptr);
    EXPECT_EQ(crash->index(), 1U);
    EXPECT_EQ(crash->status().signal(), SIGKILL);
    EXPECT_EQ(outcomes[1].error().get_if<task_error>(), nullptr);
    EXPECT_THROW(outcomes[1].error().rethrow(), worker_crashed);
    EXPECT_EQ(outcomes[2], 6);
}

TEST_F(PoolMap, TryMapTakesFunctionsOfNoResult) {
    const pool workers{two};
    const auto refuse_2 = [](int x) {
        if (x == 2) throw std::invalid_argument{"two"};
    };

    const auto outcomes = workers.try_map(refuse_2, std::vector<int>{1, 2, 3});

    EXPECT_TRUE(outcomes[0].has_value());
    EXPECT_FALSE(outcomes[1].has_value());
    EXPECT_TRUE(outcomes[2].has_value());
}

TEST_F(PoolMap, TryMapTakesResultsWithoutDefault) {
    const pool workers{two};

    const auto outcomes = workers.try_starmap(
        [](int a, int b) {
            if (b == 0) throw std::domain_error{"zero"};
            return without_default{a / b};
        },
        std::vector<std::pair<int, int>>{{6, 3}, {1, 0}});

    EXPECT_EQ(outcomes[0]->value, 2);
    EXPECT_THAT(outcomes[1].error().what(), HasSubstr("zero"));
}

TEST_F(PoolMap, TryMapOnAClosedPoolFailsEachItem) {
    const pool workers{two};
    workers.close();

    const auto outcomes = workers.try_map(square, numbers(3));

    ASSERT_EQ(outcomes.size(), 3U);
    for (const auto& outcome : outcomes) EXPECT_NE(outcome.error().get_if<cancelled>(), nullptr);
}

TEST_F(PoolMap, CollectRunsAllAndThrowsTheFirstByInputOrder) {
    const pool workers{two};
    const auto note_and_fail = [](long item, const std::string& directory) {
        test::scratch::append(directory + "/" + std::to_string(item), "x");
        return fail_odd(item);
    };

    try {
        (void)workers.with({.on_error = on_error::collect})
            .map(note_and_fail, numbers(100), scratch.path());
        FAIL();
    } catch (const task_error& e) {
        EXPECT_EQ(e.index(), 1U);
    }
    EXPECT_EQ(scratch.files().size(), 100U);
}

TEST_F(PoolMap, SubstituteTakesThePlaceOfFailedItems) {
    const pool workers{two};

    const auto results = workers.with({.on_error = on_error::substitute(-1)})
                             .map(fail_odd, std::vector<long>{0, 1, 2, 3});

    EXPECT_THAT(results, ElementsAre(0, -1, 2, -1));
}

TEST_F(PoolMap, SubstituteStandsInForASubmittedCallToo) {
    const pool workers{two};
    const auto fail = []() -> std::string { throw std::runtime_error{"no"}; };

    const auto instead = workers.with({.on_error = on_error::substitute("none")});

    EXPECT_EQ(instead.submit(fail).get(), "none");
}

TEST_F(PoolMap, SubstituteOfAnotherTypeIsRefusedAtTheCall) {
    const pool workers{two};

    try {
        (void)workers.with({.on_error = on_error::substitute(std::string{"x"})})
            .map(square, numbers(3));
        FAIL();
    } catch (const std::invalid_argument& e) {
        EXPECT_THAT(e.what(), HasSubstr("string"));
        EXPECT_THAT(e.what(), HasSubstr("long"));
    }
    EXPECT_THROW((void)workers.with({.on_error = on_error::substitute(0.5)}).submit(square, 1L),
                 std::invalid_argument);
    EXPECT_THROW(workers.with({.on_error = on_error::substitute(1)}).for_each(square, numbers(1)),
                 std::invalid_argument);
}

TEST_F(PoolMap, SubstituteDoesNotHideThatThePoolWasClosed) {
    const pool workers{two};
    workers.close();

    EXPECT_THROW((void)workers.with({.on_error = on_error::substitute(-1)}).map(square, numbers(3)),
                 cancelled);
}

TEST_F(PoolMap, RetryRunsAFailedItemAgain) {
    const pool workers{two};
    const auto fail_twice = [](int item, const std::string& directory) {
        const auto file = directory + "/" + std::to_string(item);
        test::scratch::append(file, "x");
        if (std::filesystem::file_size(file) < 3) throw std::runtime_error{"not yet"};
        return item;
    };

    const auto results = workers.with({.on_error = on_error::retry(2)})
                             .map(fail_twice, std::vector<int>{1, 2}, scratch.path());

    EXPECT_THAT(results, ElementsAre(1, 2));
    EXPECT_EQ(scratch.read("1"), "xxx");
}

TEST_F(PoolMap, RetryEndsWithTheLastFailure) {
    const pool workers{two};
    const auto retried = on_error::retry(2).then(on_error::substitute(-1));
    const auto fail = [](int item, const std::string& directory) -> int {
        test::scratch::append(directory + "/tries", "x");
        throw std::runtime_error{std::to_string(item)};
    };

    const auto outcomes = workers.with({.on_error = on_error::retry(1)})
                              .try_map(fail, std::vector<int>{7}, scratch.path());
    const auto results =
        workers.with({.on_error = retried}).map(fail, std::vector<int>{7}, scratch.path());

    EXPECT_THAT(outcomes[0].error().what(), HasSubstr("7"));
    EXPECT_THAT(results, ElementsAre(-1));
    EXPECT_EQ(scratch.read("tries"), "xxxxx");
    EXPECT_THROW((void)on_error::retry(-1), std::invalid_argument);
}

TEST_F(PoolMap, MapAsyncKeepsItsItemsAndDoesNotWait) {
    const pool workers{two};
    auto items = std::make_unique<std::vector<long>>(numbers(1000));

    auto squares =
        workers.map_async([](long x, const std::string& s) { return std::to_string(x * x) + s; },
                          *items, std::string{"!"});
    items.reset();

    const auto results = squares.get();
    ASSERT_EQ(results.size(), 1000U);
    EXPECT_EQ(results[999], "998001!");
    EXPECT_FALSE(squares.valid());
}

TEST_F(PoolMap, StarmapAsyncSpreadsTuplesAndReportsTheFailure) {
    const pool workers{two};
    const auto divide = [](int a, int b) {
        if (b == 0) throw std::domain_error{"zero"};
        return a / b;
    };

    auto good = workers.starmap_async(divide, std::vector<std::pair<int, int>>{{6, 3}, {8, 2}});
    auto bad = workers.starmap_async(divide, std::vector<std::pair<int, int>>{{6, 3}, {8, 0}});

    EXPECT_THAT(good.get(), ElementsAre(2, 4));
    bad.wait();
    EXPECT_TRUE(bad.ready());
    EXPECT_FALSE(bad.successful());
    EXPECT_THROW((void)bad.get(), task_error);
}

TEST_F(PoolMap, MapAsyncOfNoResultIsAFutureOfVoid) {
    const pool workers{two};

    future<void> done = workers.map_async([](int) {}, std::list<int>{1, 2, 3});

    done.get();
}

TEST_F(PoolMap, CancelledMapAsyncIsReadyAtOnce) {
    const pool workers{{.processes = 1, .grace = {}}};
    auto endless = workers.map_async(
        [](int) { std::this_thread::sleep_for(std::chrono::hours{1}); }, std::vector<int>(10));

    endless.cancel();

    EXPECT_TRUE(endless.ready());
    EXPECT_THROW(endless.get(), cancelled);
    EXPECT_EQ(workers.apply(square, 3L), 9);
}

TEST_F(PoolMap, ByCostRunsTheMostCostlyFirstAndKeepsTheOrderOfTheResults) {
    const pool workers{one};
    const auto note = [](int item, const std::string& directory) {
        test::scratch::append(directory + "/order", std::to_string(item));
        return -item;
    };
    const auto itself = [](int item) { return item; };

    const auto results =
        workers.by_cost(itself).map(note, std::vector<int>{3, 1, 5, 2, 5, 4}, scratch.path());

    EXPECT_THAT(results, ElementsAre(-3, -1, -5, -2, -5, -4));
    EXPECT_EQ(scratch.read("order"), "554321");
}

TEST_F(PoolMap, ByCostNamesThePositionOfTheItemThatFailed) {
    const pool workers{two};
    const auto itself = [](long item) { return item; };

    const auto outcomes = workers.by_cost(itself).try_map(fail_odd, std::list<long>{2, 4, 1, 8, 6});

    EXPECT_EQ(outcomes[3], 8);
    EXPECT_EQ(outcomes[2].error().index(), 2U);
    const auto* error = outcomes[2].error().get_if<task_error>();
    ASSERT_NE(error, nullptr);
    EXPECT_EQ(error->index(), 2U);
}

TEST_F(PoolMap, WhatTheCostThrowsIsThrownByTheCall) {
    const pool workers{two};
    const auto refuse = [](long) -> long { throw std::logic_error{"no cost"}; };

    EXPECT_THROW((void)workers.by_cost(refuse).map(square, numbers(3)), std::logic_error);
}

TEST_F(PoolMap, ApplyReturnsTheResultOrThrows) {
    const pool workers{two};

    EXPECT_EQ(workers.apply(square, 7L), 49);
    EXPECT_THROW((void)workers.apply(fail_odd, 7L), task_error);
}

TEST_F(PoolMap, ManyThreadsUseOnePool) {
    const pool workers{two};
    std::vector<std::thread> threads;
    std::atomic<int> right{0};

    for (long i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            const auto squares = workers.map(square, std::vector<long>(500, i));
            [[maybe_unused]] const auto later =
                workers.map_async(square, std::vector<long>(500, i));
            long sum = 0;
            for (const long each : workers.imap(square, std::vector<long>(500, i))) sum += each;
            if (squares == std::vector<long>(500, i * i) && sum == 500 * i * i) ++right;
        });
    for (auto& thread : threads) thread.join();

    EXPECT_EQ(right, 8);
}

} // namespace
} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What a pool does with every backend alike, and what only processes can do.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <latch>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/backends.hpp"
#include "support/fd_census.hpp"
#include "tandem/pool.hpp"

namespace tandem {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

long square(long x) { return x * x; }

std::vector<long> numbers(long count) {
    std::vector<long> items(static_cast<std::size_t>(count));
    std::ranges::generate(items, [next = 0L]() mutable { return next++; });
    return items;
}

class Backend : public test::fd_census, public testing::WithParamInterface<backend> {
protected:
    static pool_options workers(int count) { return {.processes = count, .backend = GetParam()}; }
    static bool has_processes() { return GetParam() == backend::processes; }
};

INSTANTIATE_TEST_SUITE_P(On, Backend, test::each_backend(), test::name_of_backend);

TEST_P(Backend, MapKeepsTheOrderOfTheItems) {
    const pool made{workers(3)};

    const auto squares = made.map(square, numbers(2000));

    ASSERT_EQ(squares.size(), 2000U);
    for (std::size_t i = 0; i < squares.size(); ++i) ASSERT_EQ(squares[i], long(i * i));
}

TEST_P(Backend, MapOfNothingIsEmpty) {
    const pool made{workers(2)};

    EXPECT_TRUE(made.map(square, std::vector<long>{}).empty());
}

TEST_P(Backend, ExtraArgumentsGoToEveryCall) {
    const pool made{workers(2)};
    const auto join = [](const std::string& item, const std::string& with) { return item + with; };

    EXPECT_THAT(made.map(join, std::vector<std::string>{"a", "b"}, std::string{"-"}),
                ElementsAre("a-", "b-"));
}

TEST_P(Backend, StarmapSpreadsTuples) {
    const pool made{workers(2)};
    const auto subtract = [](int a, int b) { return a - b; };

    EXPECT_THAT(made.starmap(subtract, std::vector<std::pair<int, int>>{{5, 2}, {9, 1}}),
                ElementsAre(3, 8));
}

TEST_P(Backend, SubmitReturnsTheResultThroughAFuture) {
    const pool made{workers(2)};

    auto text = made.submit([](const std::string& a, int b) { return a + std::to_string(b); },
                            std::string{"x"}, 5);
    auto done = made.submit([] {});

    EXPECT_EQ(text.get(), "x5");
    EXPECT_NO_THROW(done.get());
}

TEST_P(Backend, FutureBecomesReadyWhileNobodyWaits) {
    const pool made{workers(2)};
    const auto result = made.submit(square, 4L);

    while (!result.ready()) std::this_thread::yield();

    EXPECT_TRUE(result.ready());
}

TEST_P(Backend, ExceptionComesBackWithAllThatIsKnown) {
    const pool made{workers(2)};
    const auto fail_at_three = [](long x) -> long {
        if (x == 3) throw std::out_of_range{"too far"};
        return x;
    };

    try {
        (void)made.map(fail_at_three, numbers(10));
        FAIL();
    } catch (const task_error& e) {
        EXPECT_EQ(e.type_name(), "std::out_of_range");
        EXPECT_EQ(e.message(), "too far");
        EXPECT_EQ(e.index(), 3U);
        EXPECT_EQ(e.pid() == ::getpid(), !has_processes());
        EXPECT_THAT(e.what(), HasSubstr("item 3"));
    }
    EXPECT_EQ(made.submit(square, 3L).get(), 9); // and the pool goes on
}

TEST_P(Backend, NestedExceptionsComeBackAsAChain) {
    const pool made{workers(1)};
    auto failing = made.submit([] {
        try {
            throw std::runtime_error{"inner"};
        } catch (...) {
            std::throw_with_nested(std::logic_error{"outer"});
        }
    });

    try {
        failing.get();
        FAIL();
    } catch (const task_error& e) {
        ASSERT_EQ(e.chain().size(), 2U);
        EXPECT_EQ(e.chain()[1].message, "inner");
    }
}

TEST_P(Backend, MapThrowsTheFailureThatComesFirstInInputOrder) {
    const pool made{workers(3)};
    const auto fail_from_50 = [](long x) -> long {
        if (x >= 50) throw std::runtime_error{std::to_string(x)};
        return x;
    };

    for (int round = 0; round < 20; ++round) {
        try {
            (void)made.with({.chunk_size = 1}).map(fail_from_50, numbers(200));
            FAIL();
        } catch (const task_error& e) {
            ASSERT_EQ(e.message(), "50");
        }
    }
}

/// An item that cannot be encoded once it holds more than it may.
struct stubborn {
    bool refuses = false;

    template <class Archive>
    void serialize(Archive& archive) {
        if (refuses) throw std::runtime_error{"not across this border"};
        archive(refuses);
    }
};

TEST_P(Backend, WhatDoesNotCrossFails) {
    const pool made{workers(1)};
    const auto make = [](int x) { return stubborn{x == 1}; };

    EXPECT_THROW((void)made.map(make, std::vector{0, 1}), task_error);
    EXPECT_THROW((void)made.map([](const stubborn&) {}, std::vector<stubborn>{{true}}),
                 std::runtime_error);
}

TEST_P(Backend, WorkerGetsACopyOfItsArguments) {
    const pool made{workers(1)};
    const std::vector<int> items{1, 2, 3};

    const auto places =
        made.map([](const int& x) { return reinterpret_cast<std::uintptr_t>(&x); }, items);

    for (std::size_t i = 0; i < items.size(); ++i)
        EXPECT_NE(places[i], reinterpret_cast<std::uintptr_t>(&items[i]));
}

TEST_P(Backend, ManyThreadsMayUseOnePoolAtOnce) {
    const pool made{workers(2)};
    std::atomic<int> right{0};
    std::vector<std::jthread> threads;
    for (long t = 0; t < 6; ++t) {
        threads.emplace_back([&, t] {
            for (long i = 0; i < 50; ++i)
                right += made.submit(square, t * i).get() == t * i * t * i;
            right += made.map(square, numbers(100))[99] == 99L * 99;
        });
    }
    threads.clear();

    EXPECT_EQ(right, 6 * 51);
}

/// Counts the calls of one worker; throws in the first two.
int succeed_the_third_time(int x) {
    if (++this_process::worker_state<int>() < 3) throw std::runtime_error{"not yet"};
    return x;
}

TEST_P(Backend, FailedItemIsTriedAgain) {
    const pool made{workers(1), [] { return 0; }};

    const auto retried = made.with({.on_error = on_error::retry(2)});

    EXPECT_EQ(retried.submit(succeed_the_third_time, 7).get(), 7);
}

TEST_P(Backend, EachWorkerHasAStateOfItsOwnMadeWithTheArguments) {
    const auto make = [](int first, const std::string& text) { return first + int(text.size()); };
    const pool made{workers(2), make, 5, std::string{"abc"}};

    const auto states =
        made.map([](int) { return this_process::worker_state<int>(); }, std::vector<int>(20));

    EXPECT_THAT(states, testing::Each(8));
    EXPECT_THROW((void)this_process::worker_state<int>(), std::logic_error); // not in the program
}

TEST_P(Backend, InitializerThatFailsIsTheErrorOfEveryCall) {
    const pool made{workers(2), [] { throw std::runtime_error{"no dictionary"}; }};

    try {
        (void)made.submit(square, 2L).get();
        FAIL();
    } catch (const initializer_failed& e) {
        EXPECT_THAT(e.what(), HasSubstr("std::runtime_error: no dictionary"));
    }
}

TEST_P(Backend, ForEachRunsAll) {
    const pool made{workers(2)};

    EXPECT_NO_THROW(made.for_each(square, numbers(100)));
    EXPECT_THROW(made.for_each([](long x) { throw x; }, numbers(3)), task_error);
}

TEST_P(Backend, TryMapTellsWhatBecameOfEachItem) {
    const pool made{workers(2)};
    const auto odd_only = [](long x) { return x % 2 == 1 ? x : throw std::runtime_error{"even"}; };

    const auto outcomes = made.try_map(odd_only, numbers(50));

    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        ASSERT_EQ(outcomes[i].has_value(), i % 2 == 1);
        ASSERT_EQ(outcomes[i] ? i : outcomes[i].error().index(), i);
    }
}

TEST_P(Backend, ImapYieldsResultsOfAnInfiniteRangeInOrder) {
    const pool made{workers(2)};
    long expected = 0;

    for (const long result : made.imap(square, std::views::iota(0L))) {
        ASSERT_EQ(result, expected * expected);
        if (++expected == 300) break;
    }

    EXPECT_EQ(expected, 300);
}

TEST_P(Backend, ImapUnorderedYieldsEachResultOnce) {
    const pool made{workers(2)};
    std::vector<long> seen;

    for (const long result : made.imap_unordered(square, numbers(200))) seen.push_back(result);

    std::ranges::sort(seen);
    EXPECT_EQ(seen, made.map(square, numbers(200)));
}

TEST_P(Backend, ThrownAwayStreamLeavesThePoolUsable) {
    const pool made{workers(2)};
    {
        auto results = made.imap(square, std::views::iota(0L));
        EXPECT_EQ(*results.begin(), 0);
    }

    EXPECT_EQ(made.apply(square, 3L), 9);
}

TEST_P(Backend, MapAsyncAndThenComeTogether) {
    const pool made{workers(2)};
    const auto sum = [](future<std::vector<long>> squares) {
        const auto all = squares.get();
        return std::accumulate(all.begin(), all.end(), 0L);
    };

    EXPECT_EQ(made.map_async(square, numbers(4)).then(sum).get(), 14);
}

TEST_P(Backend, CostlyItemsComeFirstAndErrorsNameTheUsersPosition) {
    const pool made{workers(1)};
    const auto fail_at_two = [](long x) { return x == 2 ? throw std::runtime_error{"two"} : x; };

    EXPECT_THAT(made.by_cost([](long x) { return x; }).map(square, numbers(4)),
                ElementsAre(0, 1, 4, 9));
    try {
        (void)made.by_cost([](long x) { return x; }).map(fail_at_two, numbers(10));
        FAIL();
    } catch (const task_error& e) {
        EXPECT_EQ(e.index(), 2U);
    }
}

TEST_P(Backend, SharedValueIsReadByTasks) {
    const pool made{workers(2)};
    const auto table = made.share(std::vector<long>{10, 20, 30});
    const auto look_up = [](std::size_t at, const shared<std::vector<long>>& in) {
        return (*in)[at];
    };

    EXPECT_THAT(made.map(look_up, std::vector<std::size_t>{2, 0}, table), ElementsAre(30, 10));
}

TEST_P(Backend, ResizeCloseAndJoin) {
    const pool made{workers(1)};
    made.resize(3);
    auto late = made.map_async(square, numbers(100));

    made.close();
    made.join();

    EXPECT_EQ(late.get()[99], 99L * 99);
    EXPECT_THROW((void)made.submit(square, 1L).get(), cancelled);
}

TEST_P(Backend, NumberOfProcessesIsThatOfTheWorkers) {
    const pool made{workers(3)};

    EXPECT_EQ(made.processes(), GetParam() == backend::inline_ ? 1 : 3);
}

TEST_P(Backend, ImpossibleNumberOfProcessesIsRefused) {
    EXPECT_THROW((pool{{.processes = -1, .backend = GetParam()}}), std::invalid_argument);
}

// ---- what differs ----

TEST(LocalBackend, ThreadsAreThreadsOfThisProcess) {
    const pool made{{.processes = 2, .backend = backend::threads}};
    const auto self = std::hash<std::thread::id>{};

    const auto ids =
        made.map([self](int) { return self(std::this_thread::get_id()); }, std::vector<int>(50));

    EXPECT_THAT(ids, testing::Each(testing::Ne(self(std::this_thread::get_id()))));
    EXPECT_EQ(made.submit(::getpid).get(), ::getpid());
}

TEST(LocalBackend, ThreadsRunTasksAtTheSameTime) {
    static std::latch both{2};
    const pool made{{.processes = 2, .backend = backend::threads}};

    made.map([](int) { both.arrive_and_wait(); }, std::vector<int>(2)); // else it hangs

    EXPECT_TRUE(both.try_wait());
}

TEST(LocalBackend, InlineTaskRunsInTheThreadThatSubmitsIt) {
    const pool made{{.backend = backend::inline_}};
    const auto id = [] { return std::hash<std::thread::id>{}(std::this_thread::get_id()); };

    auto submitted = made.submit(id);

    EXPECT_TRUE(submitted.ready());
    EXPECT_EQ(submitted.get(), id());
    EXPECT_THAT(made.map([id](int) { return id(); }, std::vector<int>(3)), testing::Each(id()));
}

TEST(LocalBackend, InlineTaskMayUseThePoolThatRunsIt) {
    static const pool* only = nullptr;
    const pool_options renewed{.max_tasks_per_child = 1, .backend = backend::inline_};
    const pool made{renewed, [] { return std::string(100, 's'); }};
    only = &made;
    const auto own_state = [](int) { return this_process::worker_state<std::string>().size(); };
    const auto nested = [own_state](int x) {
        const auto inner = only->map(own_state, std::vector<int>(3));
        return std::accumulate(inner.begin(), inner.end(), own_state(x));
    };

    EXPECT_THAT(made.map(nested, std::vector<int>(2)), ElementsAre(400, 400));
}

TEST(LocalBackend, TaskMayUseAnotherPoolAndKeepsItsState) {
    const auto outer_task = [](int) {
        const pool inner{{.backend = backend::inline_}, [] { return 1; }};
        const int of_inner = inner.apply([] { return this_process::worker_state<int>(); });
        return 10 * this_process::worker_state<int>() + of_inner;
    };
    const pool outer{{.processes = 2, .backend = backend::threads}, [] { return 2; }};

    EXPECT_THAT(outer.map(outer_task, std::vector<int>(4)), testing::Each(21));
}

class LocalLimits : public testing::TestWithParam<backend> {};

INSTANTIATE_TEST_SUITE_P(On, LocalLimits, testing::Values(backend::threads, backend::inline_),
                         test::name_of_backend);

TEST_P(LocalLimits, AreRefusedSinceNothingCouldEnforceThem) {
    const pool made{{.processes = 1, .backend = GetParam()}};
    const std::vector<long> items{1};

    EXPECT_THROW((void)made.with({.timeout = std::chrono::seconds{1}}).map(square, items),
                 std::invalid_argument);
    EXPECT_THROW((void)made.with({.cpu_time = std::chrono::seconds{1}}).map(square, items),
                 std::invalid_argument);
    EXPECT_THROW((void)made.with({.memory = 1 << 30}).map(square, items), std::invalid_argument);
    EXPECT_THROW((pool{{.max_resident_bytes = 1 << 30, .backend = GetParam()}}),
                 std::invalid_argument);
    EXPECT_THROW((pool{{.output = worker_output::grouped, .backend = GetParam()}}),
                 std::invalid_argument);
}

TEST(LocalBackend, DestructorCancelsWhatWaitsAndWaitsForWhatRuns) {
    static std::latch running{1};
    static std::latch may_end{1};
    static std::atomic<bool> ended{false};
    std::jthread opener;
    std::vector<future<void>> results;
    {
        const pool made{{.processes = 1, .backend = backend::threads}};
        results.push_back(made.submit([] {
            running.count_down();
            may_end.wait();
            ended = true;
        }));
        results.push_back(made.submit([] {}));
        running.wait();
        opener = std::jthread{[&] {
            results[1].wait(); // cancelled by the destructor
            may_end.count_down();
        }};
    }

    EXPECT_TRUE(ended);
    EXPECT_THROW(results[0].get(), cancelled);
    EXPECT_THROW(results[1].get(), cancelled);
}

} // namespace
} // namespace tandem

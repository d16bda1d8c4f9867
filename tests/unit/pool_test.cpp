// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <list>
#include <map>
#include <numeric>
#include <string>
#include <thread>

#include "support/fd_census.hpp"
#include "tandem/resources.hpp"

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

class Pool : public test::fd_census {
protected:
    pool_options two{.processes = 2};
};

TEST_F(Pool, MapKeepsTheOrderOfTheItems) {
    const pool workers{two};
    const auto items = numbers(20'000);

    const auto squares = workers.map(square, items);

    ASSERT_EQ(squares.size(), items.size());
    for (std::size_t i = 0; i < items.size(); ++i) ASSERT_EQ(squares[i], items[i] * items[i]);
}

TEST_F(Pool, MapWithOneItemPerMessageKeepsTheOrder) {
    const pool workers{two};
    const auto items = numbers(50'000);

    const auto squares = workers.with({.chunk_size = 1}).map(square, items);

    for (std::size_t i = 0; i < items.size(); ++i) ASSERT_EQ(squares[i], items[i] * items[i]);
}

TEST_F(Pool, MapOfNothingIsEmpty) {
    const pool workers{two};

    EXPECT_TRUE(workers.map(square, std::vector<long>{}).empty());
}

TEST_F(Pool, MapRunsInOtherProcesses) {
    const pool workers{two};

    const auto ids = workers.map([](int) { return ::getpid(); }, std::vector<int>(100));

    EXPECT_THAT(ids, testing::Each(testing::Ne(::getpid())));
}

TEST_F(Pool, ExtraArgumentsGoToEveryCall) {
    const pool workers{two};
    const auto join = [](const std::string& item, const std::string& with, int times) {
        return item + with + std::to_string(times);
    };

    const auto joined = workers.map(join, std::vector<std::string>{"a", "b"}, std::string{"-"}, 3);

    EXPECT_THAT(joined, ElementsAre("a-3", "b-3"));
}

TEST_F(Pool, StarmapSpreadsTuplesAndPairs) {
    const pool workers{two};
    const auto power = [](int base, int exponent) {
        int result = 1;
        while (exponent-- > 0) result *= base;
        return result;
    };

    EXPECT_THAT(workers.starmap(power, std::vector<std::pair<int, int>>{{2, 5}, {3, 2}}),
                ElementsAre(32, 9));
    EXPECT_THAT(workers.starmap(power, std::list<std::tuple<int, int>>{{10, 3}}),
                ElementsAre(1000));
}

TEST_F(Pool, MapTakesInputRangesAndMoveOnlyResults) {
    const pool workers{two};
    const std::list<int> items{1, 2, 3};

    const auto boxed = workers.map([](int x) { return std::make_unique<int>(10 * x); }, items);

    ASSERT_EQ(boxed.size(), 3U);
    EXPECT_EQ(*boxed[2], 30);
}

struct scaled {
    double factor;
    std::string unit;
    std::string operator()(double x) const { return std::to_string(int(x * factor)) + unit; }
};

TEST_F(Pool, ClosuresAndFunctionObjectsCarryTheirState) {
    const pool workers{two};
    int offset = 100;

    EXPECT_THAT(workers.map([offset](int x) { return x + offset; }, std::vector{1, 2}),
                ElementsAre(101, 102));
    EXPECT_THAT(workers.map(scaled{2.0, " m"}, std::vector{1.5}), ElementsAre("3 m"));
}

TEST_F(Pool, ResultMayBeAReferenceIntoTheItem) {
    const pool workers{two};
    const auto name = [](const std::pair<int, std::string>& item) -> const std::string& {
        return item.second;
    };
    const std::string large(100, 'x'); // too long for the string to hold it inside

    EXPECT_THAT(workers.map(name, std::vector<std::pair<int, std::string>>{{1, large}}),
                ElementsAre(large));
}

TEST_F(Pool, MapOfAFunctionWithoutResultReturnsNothing) {
    const pool workers{two};

    static_assert(std::is_void_v<decltype(workers.map([](int) {}, std::vector{1}))>);
    EXPECT_NO_THROW(workers.map([](int) {}, std::vector{1, 2, 3}));
}

TEST_F(Pool, SubmitReturnsTheResultThroughAFuture) {
    const pool workers{two};

    auto text = workers.submit([](const std::string& a, int b) { return a + std::to_string(b); },
                               std::string{"x"}, 5);
    auto done = workers.submit([] {});

    EXPECT_EQ(text.get(), "x5");
    EXPECT_FALSE(text.valid());
    EXPECT_NO_THROW(done.get());
}

TEST_F(Pool, ThousandsOfFuturesAreEachTheirOwn) {
    const pool workers{two};
    std::vector<future<long>> results;
    for (long i = 0; i < 5000; ++i) results.push_back(workers.submit(square, i));

    for (long i = 4999; i >= 0; --i) ASSERT_EQ(results[static_cast<std::size_t>(i)].get(), i * i);
}

TEST_F(Pool, FutureBecomesReadyWhileNobodyWaits) {
    const pool workers{two};
    std::vector<future<long>> results;
    for (long i = 0; i < 100; ++i) results.push_back(workers.submit(square, i));

    while (!std::ranges::all_of(results, &future<long>::ready)) std::this_thread::yield();

    EXPECT_EQ(results[99].get(), 99 * 99);
}

TEST_F(Pool, WaitForEndsWhenTimeIsUp) {
    const pool workers{{.processes = 1, .grace = {}}};
    const auto endless = workers.submit([] {
        for (;;) std::this_thread::sleep_for(std::chrono::hours{1});
    });

    EXPECT_FALSE(endless.wait_for(std::chrono::milliseconds{5}));
    EXPECT_FALSE(endless.ready());
}

TEST_F(Pool, IsUsedFromManyThreadsAtOnce) {
    const pool workers{two};
    std::vector<std::jthread> threads;
    std::atomic<int> right{0};
    for (long t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            for (long i = 0; i < 200; ++i)
                right += workers.submit(square, t * i).get() == t * i * t * i;
            const auto squares = workers.map(square, numbers(1000));
            right += squares[999] == 999L * 999;
        });
    }
    threads.clear();

    EXPECT_EQ(right, 8 * 201);
}

TEST_F(Pool, ArgumentsAndResultsOfManyMegabytesArriveWhole) {
    const pool workers{two};
    constexpr std::size_t many = 20'000'000;
    std::string large;
    large.resize(many, 'a');
    large.back() = 'z';

    const auto echoed = workers.map([](const std::string& s) { return s + "!"; },
                                    std::vector<std::string>{large, "b"});

    EXPECT_EQ(echoed[0], large + "!");
    EXPECT_EQ(echoed[1], "b!");
}

TEST_F(Pool, ExceptionInATaskComesBackWithTypeAndMessage) {
    const pool workers{two};
    auto failing = workers.submit([]() -> int { throw std::out_of_range{"too far"}; });

    try {
        (void)failing.get();
        FAIL();
    } catch (const task_error& e) {
        EXPECT_EQ(e.type_name(), "std::out_of_range");
        EXPECT_EQ(e.message(), "too far");
        EXPECT_GT(e.pid(), 0);
        EXPECT_THAT(e.what(), HasSubstr("std::out_of_range: too far"));
    }
}

TEST_F(Pool, NestedExceptionsComeBackAsAChain) {
    const pool workers{two};
    auto failing = workers.submit([] {
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
        EXPECT_EQ(e.chain()[0].message, "outer");
        EXPECT_EQ(e.chain()[1].type_name, "std::runtime_error");
    }
}

TEST_F(Pool, ThrownNonExceptionsAreErrorsToo) {
    const pool workers{two};

    EXPECT_THROW(workers.submit([] { throw 42; }).get(), task_error);
}

TEST_F(Pool, MapThrowsTheFailureThatComesFirstInInputOrder) {
    const pool workers{two};
    const auto fail_from_500 = [](long x) -> long {
        if (x >= 500) throw std::runtime_error{std::to_string(x)};
        return x;
    };

    for (int round = 0; round < 20; ++round) {
        try {
            (void)workers.with({.chunk_size = 7}).map(fail_from_500, numbers(2000));
            FAIL();
        } catch (const task_error& e) {
            EXPECT_EQ(e.index(), 500U);
            EXPECT_EQ(e.message(), "500");
        }
    }
    EXPECT_EQ(workers.submit(square, 3L).get(), 9); // and the pool goes on
}

TEST_F(Pool, WaitingTasksAreCancelledByTheDestructor) {
    std::vector<future<void>> results;
    {
        const pool workers{{.processes = 1, .grace = {}}};
        for (int i = 0; i < 10; ++i)
            results.push_back(
                workers.submit([] { std::this_thread::sleep_for(std::chrono::hours{1}); }));
    }

    for (auto& result : results) EXPECT_THROW(result.get(), cancelled);
}

TEST_F(Pool, LateTaskIsNotStrandedBehindALongOne) {
    const pool workers{{.processes = 2, .grace = {}}};
    // Worker 0 gets the long task and may get a short one behind it; it must be taken back.
    auto gate = workers.submit([] { std::this_thread::sleep_for(std::chrono::hours{1}); });
    std::vector<future<long>> quick;
    for (long i = 0; i < 50; ++i) quick.push_back(workers.submit(square, i));

    for (long i = 0; i < 50; ++i) EXPECT_EQ(quick[static_cast<std::size_t>(i)].get(), i * i);

    EXPECT_FALSE(gate.ready());
}

TEST_F(Pool, TaskMayUseAPoolOfItsOwn) {
    const pool workers{two};
    const auto sum_of_squares = [](long count) {
        const pool inner{{.processes = 2}};
        const auto squares = inner.map(square, numbers(count));
        return std::accumulate(squares.begin(), squares.end(), 0L);
    };

    EXPECT_THAT(workers.map(sum_of_squares, std::vector<long>{3, 4}), ElementsAre(5, 14));
}

TEST_F(Pool, ImpossibleNumberOfProcessesIsRefused) {
    EXPECT_THROW((pool{{.processes = -1}}), std::invalid_argument);
    EXPECT_THROW((pool{{.processes = 1'000'000}}), std::invalid_argument);
}

TEST_F(Pool, HasOneWorkerPerUsableProcessorByDefault) {
    const pool workers;

    EXPECT_EQ(workers.processes(), usable_cpus());
}

} // namespace
} // namespace tandem

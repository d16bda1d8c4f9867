// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What a pool does about items that take too much, and about workers that hang, are used up, or
// cannot begin.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/fd_census.hpp"
#include "support/until.hpp"
#include "tandem/pool.hpp"
#include "tandem/resources.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;

class PoolLimits : public test::fd_census {};

int sleep_for_ever(int) {
    for (;;) ::pause();
}

int hang_if_negative(int number) { return number < 0 ? sleep_for_ever(number) : number; }

TEST_F(PoolLimits, AnItemThatHangsIsEndedAndItsNeighboursKeepTheirResults) {
    const pool workers{{.processes = 2}};
    std::vector<int> items(100);
    std::iota(items.begin(), items.end(), 0);
    items[41] = -1;
    items[42] = -1;

    const auto results =
        workers.with({.chunk_size = 10, .timeout = 50ms}).try_map(hang_if_negative, items);

    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i == 41 || i == 42) {
            ASSERT_FALSE(results[i].has_value());
            const auto* timeout = results[i].error().get_if<task_timeout>();
            ASSERT_NE(timeout, nullptr) << results[i].error().what();
            EXPECT_EQ(timeout->index(), i);
            EXPECT_EQ(timeout->limit(), 50ms);
        } else {
            EXPECT_EQ(results[i].value(), items[i]);
        }
    }
}

TEST_F(PoolLimits, AWorkerThatIgnoresTheRequestIsKilledAfterGrace) {
    const pool workers{{.processes = 1, .grace = 20ms}};
    const auto ignore = [](int number) {
        std::signal(SIGTERM, SIG_IGN);
        return sleep_for_ever(number);
    };

    EXPECT_THROW((void)workers.with({.timeout = 20ms}).map(ignore, std::vector{1}), task_timeout);
    EXPECT_EQ(workers.submit([] { return 5; }).get(), 5);
}

TEST_F(PoolLimits, ATimeoutOfASubmittedTaskIsItsError) {
    const pool workers{{.processes = 1}};

    auto hanging = workers.with({.timeout = 20ms}).submit(sleep_for_ever, 1);

    EXPECT_THROW(hanging.get(), task_timeout);
}

TEST_F(PoolLimits, AnItemThatComputesForTooLongIsEnded) {
    const pool workers{{.processes = 1}};
    const auto spin = [](int) {
        volatile unsigned looked_at = 0;
        while (looked_at == 0) {}
    };

    EXPECT_THROW(workers.with({.cpu_time = 50ms}).map(spin, std::vector{1}), cpu_time_exceeded);
}

TEST_F(PoolLimits, AnItemThatTakesTooMuchMemoryIsKilled) {
    const pool workers{{.processes = 1}};
    constexpr std::uint64_t limit = std::uint64_t{256} << 20;
    const auto eat = [](int) -> int {
        std::vector<std::vector<char>> eaten;
        for (;;) eaten.emplace_back(std::size_t{1} << 20, 'x');
    };

    try {
        (void)workers.with({.memory = limit}).map(eat, std::vector{1});
        FAIL() << "it was let go on";
    } catch (const memory_exceeded& e) {
        EXPECT_EQ(e.limit(), limit);
        EXPECT_GT(e.seen(), limit);
    }
}

TEST_F(PoolLimits, AStoppedWorkerGoesOn) {
    const pool workers{{.processes = 1}};

    EXPECT_EQ(workers
                  .submit([] {
                      std::raise(SIGSTOP);
                      return 7;
                  })
                  .get(),
              7);
}

TEST_F(PoolLimits, AnItemThatFailsIsTriedAgain) {
    const pool workers{{.processes = 1}};
    const auto succeed_the_third_time = [](int number) {
        static int calls = 0;
        if (++calls < 3) throw std::runtime_error{"not yet"};
        return number;
    };

    const auto results =
        workers.with({.on_error = on_error::retry(2)}).map(succeed_the_third_time, std::vector{8});

    EXPECT_EQ(results, std::vector{8});
}

TEST_F(PoolLimits, AnItemThatKillsItsWorkerIsTriedAsOftenAsAsked) {
    const pool workers{{.processes = 2}};
    const auto crash = [](int) { std::raise(SIGKILL); };

    EXPECT_THROW(workers.with({.on_error = on_error::retry(3, 1ms)}).map(crash, std::vector{1}),
                 worker_crashed);
}

TEST_F(PoolLimits, AWorkerIsReplacedAfterItsNumberOfItems) {
    const pool workers{{.processes = 1, .max_tasks_per_child = 3}};

    const auto ids = workers.map([](int) { return ::getpid(); }, std::vector<int>(10));

    EXPECT_EQ(std::set<int>(ids.begin(), ids.end()).size(), 4U); // 3, 3, 3, 1
    for (const auto id : ids) EXPECT_LE(std::ranges::count(ids, id), 3);
}

TEST_F(PoolLimits, AWorkerThatHasGrownIsReplaced) {
    const pool workers{{.processes = 1, .max_resident_bytes = std::uint64_t{512} << 20}};
    const auto leak = [](std::size_t bytes) {
        static char* volatile kept = nullptr; // or the compiler sees that nobody reads it
        if (bytes > 0) {
            kept = new char[bytes];
            std::memset(kept, 1, bytes);
        }
        return ::getpid();
    };

    const auto first = workers.submit(leak, std::size_t{0}).get();
    EXPECT_EQ(workers.submit(leak, std::size_t{640} << 20).get(), first);
    EXPECT_TRUE(test::until([&] { return workers.submit(leak, std::size_t{0}).get() != first; }));
}

TEST_F(PoolLimits, ACancelledTaskThatRunsIsEnded) {
    const pool workers{{.processes = 1}};
    auto hanging = workers.submit(sleep_for_ever, 1);
    auto other = workers.submit([] { return 3; });

    hanging.cancel();

    EXPECT_THROW(hanging.get(), cancelled);
    EXPECT_EQ(other.get(), 3);
}

TEST_F(PoolLimits, APoolGrowsAndShrinks) {
    pool workers{{.processes = 1}};
    const auto different_workers = [&] {
        const auto ids = workers.with({.chunk_size = 1})
                             .map(
                                 [](int) {
                                     std::this_thread::sleep_for(2ms);
                                     return ::getpid();
                                 },
                                 std::vector<int>(20));
        return std::set<int>(ids.begin(), ids.end()).size();
    };
    ASSERT_EQ(different_workers(), 1U);

    workers.resize(3);
    EXPECT_EQ(workers.processes(), 3);
    EXPECT_TRUE(test::until([&] { return different_workers() == 3; }));
    workers.resize(1);
    EXPECT_TRUE(test::until([&] { return different_workers() == 1; }));
}

struct time_span {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

std::int64_t now_in_nanoseconds() {
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

TEST_F(PoolLimits, OnlyAsManyTasksRunAsTheMemoryAllows) {
    const auto available = resources().memory.available_bytes;
    const pool workers{{.processes = 8, .memory_per_task = available / 5 * 2}};

    const auto spans = workers.map(
        [](int) {
            time_span span{now_in_nanoseconds(), 0};
            std::this_thread::sleep_for(20ms);
            span.end = now_in_nanoseconds();
            return span;
        },
        std::vector<int>(12));

    for (const auto& span : spans) {
        const auto together = std::ranges::count_if(spans, [&](const time_span& other) {
            return other.begin <= span.begin && span.begin < other.end;
        });
        EXPECT_LE(together, 2);
    }
}

TEST_F(PoolLimits, TasksWhoseNeedIsMeasuredAllFinish) {
    const pool workers{{.processes = 4, .memory_per_task = measure}};

    const auto sums = workers.map(
        [](int number) {
            const std::vector<char> block(std::size_t{32} << 20, static_cast<char>(number));
            return block.front() + block.back();
        },
        std::vector<int>(20, 1));

    EXPECT_THAT(sums, testing::Each(2));
}

TEST_F(PoolLimits, AClosedPoolFinishesWhatItHasAndTakesNoMore) {
    pool workers{{.processes = 2}};
    std::vector<future<int>> results;
    for (int i = 0; i < 50; ++i) results.push_back(workers.submit([](int n) { return n; }, i));

    workers.close();
    EXPECT_THROW(workers.submit([] {}).get(), cancelled);
    workers.join();

    for (int i = 0; i < 50; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)].get(), i);
}

TEST_F(PoolLimits, AnInitializerThatThrowsIsAnErrorAndNotALoop) {
    const pool workers{{.processes = 2}, [] { throw std::runtime_error{"no licence"}; }};

    try {
        (void)workers.submit([] { return 1; }).get();
        FAIL() << "a worker without initializer ran it";
    } catch (const initializer_failed& e) {
        EXPECT_THAT(e.what(), testing::HasSubstr("no licence"));
    }
}

TEST_F(PoolLimits, AnInitializerThatCrashesIsAnErrorAndNotALoop) {
    const pool workers{{.processes = 2}, [] { std::raise(SIGKILL); }};

    try {
        (void)workers.submit([] { return 1; }).get();
        FAIL() << "a worker without initializer ran it";
    } catch (const initializer_failed& e) {
        EXPECT_THAT(e.what(), testing::HasSubstr("SIGKILL"));
    }
}

TEST_F(PoolLimits, AnInitializerRunsOnceInEachWorkerBeforeItsFirstTask) {
    static int prepared = 0; // in each worker its own
    const pool workers{
        {.processes = 2, .max_tasks_per_child = 2}, [](int value) { prepared += value; }, 21};

    const auto seen = workers.map([](int) { return prepared; }, std::vector<int>(20));

    EXPECT_THAT(seen, testing::Each(21));
}

} // namespace
} // namespace tandem

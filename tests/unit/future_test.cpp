// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/future.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/fd_census.hpp"
#include "support/scratch.hpp"
#include "support/until.hpp"
#include "tandem/as_completed.hpp"
#include "tandem/pool.hpp"
#include "tandem/wait_futures.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

long square(long x) { return x * x; }

[[noreturn]] void fail() { throw std::runtime_error{"failed"}; }

void sleep_for_ever() { std::this_thread::sleep_for(std::chrono::hours{1}); }

/// A task that ends when this file is there.
int wait_for_file(int result, const std::string& file) {
    if (!test::until([&] { return std::filesystem::exists(file); })) return -1;
    return result;
}

class Future : public test::fd_census {
protected:
    [[nodiscard]] std::string file(const char* name) const { return scratch.path() + "/" + name; }

    pool_options two{.processes = 2, .grace = {}};
    test::scratch scratch;
};

TEST_F(Future, GetForGivesUpAndStaysValid) {
    const pool workers{two};
    auto late = workers.submit(wait_for_file, 7, file("go"));

    EXPECT_EQ(late.get_for(1ms), std::nullopt);
    EXPECT_TRUE(late.valid());
    test::scratch::append(file("go"), "");
    EXPECT_EQ(late.get_for(20s), 7);
    EXPECT_FALSE(late.valid());
}

TEST_F(Future, GetForOfVoidTellsWhetherItIsDone) {
    const pool workers{two};
    auto endless = workers.submit(sleep_for_ever);
    auto short_one = workers.submit([] {});
    auto failing = workers.submit(fail);

    EXPECT_FALSE(endless.get_for(1ms));
    EXPECT_TRUE(short_one.get_for(20s));
    EXPECT_THROW((void)failing.get_for(20s), task_error);
}

TEST_F(Future, SuccessfulTellsResultFromErrorAndFromNothing) {
    const pool workers{two};
    auto good = workers.submit(square, 3L);
    auto bad = workers.submit(fail);
    const auto endless = workers.submit(sleep_for_ever);

    wait_all({good, bad});

    EXPECT_TRUE(good.successful());
    EXPECT_FALSE(bad.successful());
    EXPECT_FALSE(endless.successful());
}

TEST_F(Future, WithoutAResultItSaysSo) {
    future<int> none;

    EXPECT_THROW(none.wait(), std::logic_error);
    EXPECT_THROW((void)none.ready(), std::logic_error);
    EXPECT_THROW((void)none.get(), std::logic_error);
    EXPECT_THROW(none.cancel(), std::logic_error);
    EXPECT_THROW((void)none.then([](future<int>) {}), std::logic_error);
    EXPECT_THROW((void)wait_any({none}), std::logic_error);
}

TEST_F(Future, CancelEndsARunningTaskAndItsWorkerIsReplaced) {
    const pool workers{{.processes = 1, .grace = {}}};
    auto endless = workers.submit(
        [](const std::string& file) {
            test::scratch::append(file, "");
            sleep_for_ever();
        },
        file("runs"));
    ASSERT_TRUE(test::until([&] { return std::filesystem::exists(file("runs")); }));

    endless.cancel();

    EXPECT_TRUE(endless.ready());
    EXPECT_THROW(endless.get(), cancelled);
    EXPECT_EQ(workers.apply(square, 4L), 16);
}

TEST_F(Future, CancelOfAWaitingTaskLeavesTheOthersAlone) {
    const pool workers{{.processes = 1, .grace = {}}};
    auto first = workers.submit(wait_for_file, 1, file("go"));
    auto second = workers.submit(wait_for_file, 2, file("go"));
    auto third = workers.submit(wait_for_file, 3, file("go"));

    second.cancel();
    test::scratch::append(file("go"), "");

    EXPECT_EQ(first.get(), 1);
    EXPECT_THROW(second.get(), cancelled);
    EXPECT_EQ(third.get(), 3);
}

TEST_F(Future, CancelOfAFinishedTaskChangesNothing) {
    const pool workers{two};
    auto done = workers.submit(square, 5L);
    done.wait();

    done.cancel();

    EXPECT_EQ(done.get(), 25);
}

TEST_F(Future, ThenMakesAResultOfAResult) {
    const pool workers{two};

    auto text = workers.submit(square, 6L).then([](future<long> f) {
        return std::to_string(f.get()) + "!";
    });

    EXPECT_EQ(text.get(), "36!");
}

TEST_F(Future, ThenSeesErrorsAndMayHandleThem) {
    const pool workers{two};
    const auto describe = [](future<void> f) -> std::string {
        try {
            f.get();
        } catch (const task_error& e) {
            return e.message();
        }
        return "no error";
    };

    EXPECT_EQ(workers.submit(fail).then(describe).get(), "failed");
}

TEST_F(Future, WhatACallbackThrowsIsTheErrorOfItsFutureOnly) {
    const pool workers{two};

    auto broken = workers.submit(square, 1L).then([](future<long>) -> int { throw 42; });
    auto passed_on = workers.submit(fail).then([](future<void> f) { f.get(); });

    EXPECT_THROW((void)broken.get(), int);
    EXPECT_THROW(passed_on.get(), task_error);
    EXPECT_EQ(workers.submit(square, 3L).then([](future<long> f) { return f.get() + 1; }).get(),
              10);
}

TEST_F(Future, ThenOfAReadyFutureRunsToo) {
    const pool workers{two};
    auto ready = workers.submit(square, 2L);
    ready.wait();

    auto next = ready.then([](future<long> f) { return f.get() * 10; });

    EXPECT_FALSE(ready.valid());
    EXPECT_EQ(next.get(), 40);
}

TEST_F(Future, CallbacksRunInOneThreadOfTheProgramOneByOne) {
    const pool workers{two};
    const auto here = std::this_thread::get_id();
    std::atomic<int> at_once{0};
    std::vector<std::thread::id> threads; // no lock: what this test is about
    std::vector<future<void>> all;

    for (long i = 0; i < 200; ++i)
        all.push_back(workers.submit(square, i).then([&](future<long>) {
            if (++at_once != 1) throw std::logic_error{"two at once"};
            threads.push_back(std::this_thread::get_id());
            --at_once;
        }));
    for (auto& each : all) each.get();

    ASSERT_EQ(threads.size(), 200U);
    EXPECT_THAT(threads, testing::Each(threads[0]));
    EXPECT_NE(threads[0], here);
}

TEST_F(Future, CallbackRunsWhileNobodyWaits) {
    const pool workers{two};
    std::atomic<long> result{0};

    (void)workers.submit(square, 9L).then([&](future<long> f) { result = f.get(); });

    EXPECT_TRUE(test::until([&] { return result == 81; }));
}

TEST_F(Future, ChainOfCallbacksIsWaitedForToItsEnd) {
    const pool workers{two};
    const auto add_one = [](future<long> f) { return f.get() + 1; };

    auto chain = workers.submit(square, 1L).then(add_one);
    for (int i = 0; i < 50; ++i) chain = chain.then(add_one);

    EXPECT_EQ(chain.get_for(20s), 52);
}

TEST_F(Future, CancelReachesTheTaskBehindACallback) {
    const pool workers{two};
    auto next = workers.submit(sleep_for_ever).then([](future<void> f) -> int {
        f.get();
        return 1;
    });

    next.cancel();

    EXPECT_THROW((void)next.get(), cancelled);
}

TEST_F(Future, DestructorOfThePoolRunsTheCallbacksThatAreLeft) {
    std::vector<future<bool>> all;
    int called = 0;
    {
        const pool workers{two};
        for (int i = 0; i < 20; ++i)
            all.push_back(workers.submit(sleep_for_ever).then([&](future<void> f) {
                ++called;
                return f.successful();
            }));
    }

    EXPECT_EQ(called, 20);
    for (auto& each : all) EXPECT_FALSE(each.get());
}

TEST_F(Future, CallbackMayDropTheLastReferenceToItsPool) {
    const auto before = test::open_descriptors();
    std::atomic<bool> gone{false};
    {
        auto workers = std::make_shared<pool>(two);
        const auto& submitting = *workers;
        (void)submitting.submit(square, 2L)
            .then([workers = std::move(workers), &gone](future<long> f) mutable {
                (void)f.get();
                workers.reset();
                gone = true;
            });
    }

    EXPECT_TRUE(test::until([&] { return gone && test::open_descriptors() == before; }));
}

TEST_F(Future, WaitAnyTellsWhichAreReady) {
    const pool workers{two};
    std::vector<future<int>> both;
    both.push_back(workers.submit(wait_for_file, 0, file("never")));
    both.push_back(workers.submit(wait_for_file, 1, file("go")));

    EXPECT_THAT(wait_any(both, 1ms), IsEmpty());
    test::scratch::append(file("go"), "");
    EXPECT_THAT(wait_any(both), ElementsAre(1));
    EXPECT_FALSE(wait_all(both, 1ms));
    EXPECT_THAT(wait_any(std::vector<future<int>>{}), IsEmpty());
    EXPECT_TRUE(wait_all(std::vector<future<int>>{}));
    test::scratch::append(file("never"), "");
    EXPECT_TRUE(wait_all(both));
}

TEST_F(Future, FuturesOfDifferentPoolsAndTypesAreWaitedForTogether) {
    const pool here{two};
    const pool there{two};
    auto number = here.submit(wait_for_file, 1, file("go"));
    auto text = there.submit([] { return std::string{"text"}; }).then([](future<std::string> f) {
        return f.get() + "!";
    });

    EXPECT_THAT(wait_any({number, text}), ElementsAre(1));
    test::scratch::append(file("go"), "");
    EXPECT_TRUE(wait_all({number, text}));

    EXPECT_EQ(number.get(), 1);
    EXPECT_EQ(text.get(), "text!");
}

TEST_F(Future, AsCompletedYieldsEachOnceInTheOrderOfTheirEnds) {
    const pool workers{{.processes = 3, .grace = {}}};
    std::vector<future<int>> all;
    for (int i = 0; i < 3; ++i)
        all.push_back(workers.submit(wait_for_file, i, file("go") + std::to_string(i)));
    std::vector<int> order;
    test::scratch::append(file("go2"), "");

    const auto coming = as_completed(all);
    for (auto at = coming.begin(); at != coming.end(); ++at) {
        order.push_back((*at).get());
        EXPECT_EQ(at.index(), static_cast<std::size_t>(order.back()));
        test::scratch::append(file(order.size() == 1 ? "go0" : "go1"), "");
    }

    EXPECT_THAT(order, ElementsAre(2, 0, 1));
}

TEST_F(Future, AsCompletedTakesFuturesOfManyPoolsAndErrors) {
    const pool here{two};
    const pool there{two};
    std::vector<future<long>> all;
    for (long i = 0; i < 100; ++i) {
        all.push_back(here.submit(square, i));
        all.push_back(there.submit([](long x) -> long { throw x; }, i));
    }
    long sum = 0;
    int failed = 0;

    for (auto& each : as_completed(std::move(all))) {
        EXPECT_TRUE(each.ready());
        if (each.successful())
            sum += each.get();
        else
            ++failed;
    }

    EXPECT_EQ(sum, 328'350);
    EXPECT_EQ(failed, 100);
}

} // namespace
} // namespace tandem

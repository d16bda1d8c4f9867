// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What a pool does when workers end in the middle.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <thread>

#include "support/fd_census.hpp"
#include "support/until.hpp"
#include "tandem/pool.hpp"

namespace tandem {
namespace {

class PoolCrash : public test::fd_census {
protected:
    void SetUp() override {
        fd_census::SetUp();
        workers_.emplace(pool_options{.processes = 2});
    }
    void TearDown() override {
        workers_.reset();
        fd_census::TearDown();
    }

    [[nodiscard]] const pool& workers() const { return *workers_; }
    void end_pool() { workers_.reset(); }

    template <class F>
    exit_status end_of(F task) {
        try {
            (void)workers().submit(task).get();
        } catch (const worker_crashed& e) {
            EXPECT_GT(e.pid(), 0);
            return e.status();
        }
        ADD_FAILURE() << "the worker did not end";
        return {};
    }

private:
    std::optional<pool> workers_;
};

TEST_F(PoolCrash, SegmentationFaultIsReportedAsSuch) {
    const auto status = end_of([] {
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        std::signal(SIGSEGV, SIG_DFL); // a sanitizer's handler would exit instead
        std::raise(SIGSEGV);
    });

    EXPECT_EQ(status, exit_status::killed_by(SIGSEGV));
    EXPECT_EQ(status.describe(), "killed by signal 11 (SIGSEGV)");
}

TEST_F(PoolCrash, ExitInATaskIsReportedWithItsCode) {
    EXPECT_EQ(end_of([] { ::_exit(3); }), exit_status::exited(3));
}

TEST_F(PoolCrash, WorkerWhoseThreadEndsAndLeavesOthersIsReplacedAndKilled) {
    auto lost = workers().submit([] {
        std::thread{[] {
            for (;;) ::pause();
        }}.detach();
        ::syscall(SYS_exit, 0); // this thread only
    });
    std::vector<future<int>> others;
    for (int i = 0; i < 100; ++i)
        others.push_back(workers().submit([](int item) { return item; }, i));

    for (int i = 0; i < 100; ++i) EXPECT_EQ(others[static_cast<std::size_t>(i)].get(), i);
    try {
        lost.get();
        ADD_FAILURE() << "the worker went on";
    } catch (const worker_crashed& e) {
        EXPECT_EQ(e.status(), exit_status::killed_by(SIGKILL));
    }
}

TEST_F(PoolCrash, ManyCrashesInARowFailOnlyTheTasksThatCrashed) {
    std::vector<future<int>> results;
    for (int i = 0; i < 60; ++i) {
        results.push_back(workers().submit(
            [](int number) {
                if (number % 3 == 0) std::raise(SIGKILL);
                return number;
            },
            i));
    }

    for (int i = 0; i < 60; ++i) {
        auto& result = results[static_cast<std::size_t>(i)];
        if (i % 3 == 0)
            EXPECT_THROW((void)result.get(), worker_crashed);
        else
            EXPECT_EQ(result.get(), i);
    }
}

TEST_F(PoolCrash, MapNamesTheItemThatKilledItsWorkerInsideAChunk) {
    std::vector<int> items(1000);
    std::ranges::generate(items, [next = 0]() mutable { return next++; });

    try {
        (void)workers()
            .with({.chunk_size = 100})
            .map(
                [](int x) {
                    if (x == 357) std::raise(SIGKILL);
                    return x;
                },
                items);
        FAIL();
    } catch (const worker_crashed& e) {
        EXPECT_EQ(e.index(), 357U);
        EXPECT_EQ(e.status(), exit_status::killed_by(SIGKILL));
    }
}

TEST_F(PoolCrash, KilledIdleWorkerIsReplacedAndNothingFails) {
    const auto before = workers().submit([] { return ::getpid(); }).get();

    ASSERT_EQ(::kill(before, SIGKILL), 0);

    ASSERT_TRUE(test::until([&] { return !test::is_running(before); }));
    for (int i = 0; i < 20; ++i)
        EXPECT_NE(workers().submit([] { return ::getpid(); }).get(), before);
}

/// Kills whichever worker gets its task, over and over.
class serial_killer {
public:
    explicit serial_killer(const pool& workers) : thread_{[&] { run(workers); }} {}
    serial_killer(const serial_killer&) = delete;
    serial_killer& operator=(const serial_killer&) = delete;
    ~serial_killer() { stop_ = true; }

private:
    void run(const pool& workers) {
        while (!stop_) {
            auto victim = workers.submit([] { return ::getpid(); });
            victim.wait();
            try {
                ::kill(victim.get(), SIGKILL);
            } catch (const worker_crashed&) {
                ++died_first_;
            }
        }
    }

    std::atomic<bool> stop_{false};
    int died_first_ = 0;
    std::jthread thread_;
};

/// Whether the pool doubles a number; nullopt if it lost its worker on the way.
std::optional<bool> doubles(const pool& workers, int number) {
    auto doubled = workers.submit([](int x) { return 2 * x; }, number);
    try {
        return doubled.get() == 2 * number;
    } catch (const worker_crashed&) {
        return std::nullopt;
    }
}

TEST_F(PoolCrash, WorkersThatAreKilledAllTheTimeLoseOnlyWhatTheyRan) {
    const serial_killer killer{workers()};
    int right = 0;

    for (int i = 0; i < 3000; ++i) {
        const auto outcome = doubles(workers(), i);
        ASSERT_NE(outcome, false);
        if (outcome) ++right;
    }

    EXPECT_GT(right, 0);
}

/// Ends every process that decodes it, except this one.
struct deadly {
    int ignored = 0;
    template <class Archive>
    void serialize(Archive& archive) {
        archive(ignored);
        if (::getpid() != program) std::raise(SIGKILL);
    }
    static inline int program = 0; // 0 in a worker
};

TEST_F(PoolCrash, ArgumentThatKillsWhoeverDecodesItFailsItsMapAndNothingElse) {
    // It killed one worker after another: no item had begun, so none was blamed.
    deadly::program = ::getpid();
    const auto ignore = [](int x, const deadly&) { return x; };

    EXPECT_THROW((void)workers().map(ignore, std::vector{1, 2, 3}, deadly{}), worker_crashed);

    EXPECT_EQ(workers().submit([] { return 5; }).get(), 5);
}

bool is_refused(const pool& inherited) {
    try {
        (void)inherited.submit([] { return 1; });
        return false;
    } catch (const launch_error&) {
        return true;
    }
}

TEST_F(PoolCrash, ForkOfTheProgramLeavesThePoolOfItsParentAlone) {
    // Its copy of the pool stopped the parent's workers, and then waited for ever.
    const auto running = workers().submit([] { return ::getpid(); });
    const auto child = ::fork();
    if (child == 0) {
        const bool refused = is_refused(workers());
        end_pool();
        ::_exit(refused ? 7 : 8);
    }
    int status = 0;

    ::waitpid(child, &status, 0);

    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 7);
    EXPECT_EQ(workers().submit([] { return 5; }).get(), 5);
}

TEST_F(PoolCrash, WhatAWorkerStartedAndLeftBehindIsKilledWithIt) {
    const auto grandchild = workers()
                                .submit([] {
                                    const auto child = ::fork();
                                    if (child == 0) {
                                        for (;;) ::pause();
                                    }
                                    return child;
                                })
                                .get();
    ASSERT_EQ(::kill(grandchild, 0), 0);

    EXPECT_EQ(end_of([] { std::raise(SIGKILL); }), exit_status::killed_by(SIGKILL));
    // It may have been the other worker: end that one too.
    EXPECT_EQ(end_of([] { std::raise(SIGKILL); }), exit_status::killed_by(SIGKILL));
    end_pool();

    EXPECT_TRUE(test::until([&] { return !test::is_running(grandchild); }));
}

} // namespace
} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What holds for processes of each start method.

#include "tandem/process.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/fd_census.hpp"
#include "support/start_methods.hpp"
#include "tandem/pool.hpp"
#include "tandem/process_result.hpp"
#include "tandem/this_process.hpp"
#include "tandem/wait.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

void sleep_for_ever() {
    for (;;) ::pause();
}
void wait_for_stop(std::stop_token token) {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock{mutex};
    changed.wait(lock, token, [] { return false; });
}
int add(int a, int b) { return a + b; }
void throw_error() { throw std::out_of_range{"no such line"}; }

class Process : public test::fd_census, public testing::WithParamInterface<start_method> {
protected:
    void SetUp() override {
        set_start_method(GetParam());
        fd_census::SetUp();
    }
    void TearDown() override {
        fd_census::TearDown();
        set_start_method(start_method::forkserver);
    }
};

TEST_P(Process, RunsItsFunctionWithItsArguments) {
    const process started{[](std::string text, std::vector<int> numbers) {
                              if (text != "seven" || numbers != std::vector{3, 4}) std::_Exit(9);
                          },
                          std::string{"seven"}, std::vector{3, 4}};

    EXPECT_EQ(started.join(), exit_status::exited(0));
}

TEST_P(Process, JoinTellsTheExitCode) {
    const process started{[] { std::_Exit(7); }};

    EXPECT_EQ(started.join().code(), 7);
    EXPECT_EQ(started.join().code(), 7) << "a second time";
}

TEST_P(Process, JoinTellsTheSignal) {
    const process started{[] { ::kill(::getpid(), SIGUSR1); }};

    EXPECT_EQ(started.join().signal(), SIGUSR1);
    EXPECT_EQ(started.join().describe(), "killed by signal 10 (SIGUSR1)");
}

TEST_P(Process, JoinTellsWhatWasUsed) {
    const process started{[] {
        const std::vector<char> memory(32 << 20, 'x');
        const volatile char* kept = memory.data(); // or clang leaves the vector out
        (void)*kept;
        volatile unsigned sum = 0;
        for (unsigned i = 0; i < 30'000'000; ++i) sum = sum + i;
    }};

    const auto usage = started.join().usage();

    EXPECT_GE(usage.peak_rss_bytes, 32U << 20);
    EXPECT_GT(usage.user_time, 1ms);
    EXPECT_GT(usage.minor_faults, 0);
}

TEST_P(Process, ExceptionIsExitCodeOne) {
    const process started{process_options{.errors = standard_stream::null()}, throw_error};

    EXPECT_EQ(started.join(), exit_status::exited(1));
}

TEST_P(Process, JoinForGivesUpInTime) {
    const process started{sleep_for_ever};

    EXPECT_EQ(started.join_for(1ms), std::nullopt);
    EXPECT_TRUE(started.running());
    started.kill();
    EXPECT_EQ(started.join().signal(), SIGKILL);
    EXPECT_FALSE(started.running());
}

TEST_P(Process, TerminateAndInterruptAreSignals) {
    const process terminated{sleep_for_ever};
    const process interrupted{sleep_for_ever};

    terminated.terminate();
    interrupted.interrupt();

    EXPECT_EQ(terminated.join().signal(), SIGTERM);
    EXPECT_EQ(interrupted.join().signal(), SIGINT);
    terminated.kill(); // after its end: of no effect
}

TEST_P(Process, RequestStopReachesAStopToken) {
    const process started{wait_for_stop};

    started.request_stop();

    EXPECT_EQ(started.join().code(), 0);
}

TEST_P(Process, RequestStopIsSeenByStopRequested) {
    const process started{[] {
        while (!this_process::stop_requested()) std::this_thread::yield();
        std::_Exit(5);
    }};

    started.request_stop();

    EXPECT_EQ(started.join().code(), 5);
}

TEST_P(Process, DestructorAsksItToStopAndWaits) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    {
        const process started{
            process_options{.output = standard_stream::descriptor(ends[1]), .grace = 30s},
            [](std::stop_token token) {
                while (!token.stop_requested()) std::this_thread::yield();
                (void)!::write(1, "end", 3);
            }};
    }
    ::close(ends[1]);

    char text[8]{};
    EXPECT_EQ(::read(ends[0], text, sizeof text), 3);
    ::close(ends[0]);
}

TEST_P(Process, DestructorKillsWhatDoesNotStop) {
    int id = 0;
    {
        const process started{process_options{.grace = 1ms}, sleep_for_ever};
        id = started.id();
        EXPECT_TRUE(test::is_running(id));
    }
    EXPECT_FALSE(test::is_running(id));
}

TEST_P(Process, AssignmentEndsTheOneBefore) {
    process started{process_options{.grace = 0s}, sleep_for_ever};
    const int id = started.id();

    started = process{};

    EXPECT_FALSE(test::is_running(id));
    EXPECT_FALSE(started.valid());
    EXPECT_THROW((void)started.join(), std::logic_error);
}

TEST_P(Process, HasItsNameAndItsParents) {
    const process started{process_options{.name = "painter"},
                          [](int parent) {
                              const auto mine = this_process::parent();
                              const bool right = this_process::name() == "painter" &&
                                                 this_process::is_worker() && mine &&
                                                 mine->id() == parent && mine->running() &&
                                                 mine->name() == "MainProcess";
                              if (!right) std::_Exit(9);
                          },
                          this_process::id()};

    EXPECT_EQ(started.name(), "painter");
    EXPECT_EQ(started.join().code(), 0);
}

TEST_P(Process, NamesItselfByItsNumber) {
    const process first{[] {}};
    const process second{[] {}};

    const auto number = [](const std::string& name) { return std::stoi(name.substr(8)); };
    EXPECT_THAT(first.name(), testing::StartsWith("Process-"));
    EXPECT_EQ(number(second.name()), number(first.name()) + 1);
}

std::string name_of_grandchild() {
    set_start_method(start_method::forkserver);
    process_result started{[] { return this_process::name(); }};
    return this_process::name() + " " + started.get();
}

TEST_P(Process, MayHaveProcessesOfItsOwn) {
    process_result started{process_options{.name = "elder"}, name_of_grandchild};

    EXPECT_THAT(started.get(), testing::MatchesRegex("elder Process-[0-9]+:1"));
}

TEST_P(Process, MayHaveAPool) {
    process_result started{[] {
        const pool workers{{.processes = 2}};
        return workers.map([](int x) { return 2 * x; }, std::vector{1, 2, 3});
    }};

    EXPECT_THAT(started.get(), ElementsAre(2, 4, 6));
}

TEST_P(Process, IsAmongTheActiveChildrenWhileItRuns) {
    const process started{sleep_for_ever};

    EXPECT_THAT(active_children(), ElementsAre(process_handle{started}));
    started.kill();
    (void)started.join();
    EXPECT_THAT(active_children(), testing::IsEmpty());
}

TEST_P(Process, DetachedOneGoesOn) {
    process started{wait_for_stop};
    const process_handle handle{started};

    started.detach();

    EXPECT_FALSE(started.valid());
    EXPECT_THAT(active_children(), ElementsAre(handle));
    handle.request_stop();
    EXPECT_EQ(handle.join().code(), 0);
    EXPECT_THAT(active_children(), testing::IsEmpty());
}

TEST_P(Process, SentinelIsReadableAtItsEnd) {
    const process started{wait_for_stop};
    pollfd entry{.fd = started.sentinel(), .events = POLLIN, .revents = 0};

    EXPECT_EQ(::poll(&entry, 1, 0), 0);
    started.request_stop();
    EXPECT_EQ(::poll(&entry, 1, -1), 1);
    EXPECT_EQ(started.join().code(), 0);
}

TEST_P(Process, WaitTellsWhichHaveEnded) {
    const process slow{sleep_for_ever};
    const process quick{[] {}};

    EXPECT_THAT(wait({slow, quick}), ElementsAre(1U));
    EXPECT_THAT(wait({slow}, 1ms), testing::IsEmpty());
    slow.kill();
    (void)slow.join();
    EXPECT_THAT(wait(std::vector{slow.sentinel(), quick.sentinel()}), ElementsAre(0U, 1U));
}

TEST_P(Process, ManyThreadsMayWaitForOne) {
    const process started{wait_for_stop};
    std::vector<std::jthread> waiting;
    std::atomic<int> right{0};
    for (int i = 0; i < 8; ++i)
        waiting.emplace_back([&] { right += started.join() == exit_status::exited(0); });

    started.request_stop();
    waiting.clear();

    EXPECT_EQ(right, 8);
}

TEST_P(Process, WhatItLeavesBehindIsKilled) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const process started{process_options{.output = standard_stream::descriptor(ends[1])}, [] {
                              if (::fork() == 0) sleep_for_ever();
                          }};
    ::close(ends[1]);

    EXPECT_EQ(started.join().code(), 0);

    char byte = 0;
    EXPECT_EQ(::read(ends[0], &byte, 1), 0) << "the end comes when the last that holds it ends";
    ::close(ends[0]);
}

TEST_P(Process, ResultComesBack) {
    process_result sum{add, 19, 23};

    EXPECT_EQ(sum.get(), 42);
    EXPECT_TRUE(sum.join().success());
    EXPECT_THROW((void)sum.get(), std::logic_error) << "it is taken";
}

TEST_P(Process, LargeArgumentAndResultComeAcross) {
    std::vector<std::string> words(2000, std::string(1000, 'w'));
    process_result same{[](std::vector<std::string> given) {
                            given.push_back("last");
                            return given;
                        },
                        words};

    const auto result = same.get();

    words.push_back("last");
    EXPECT_EQ(result, words);
}

TEST_P(Process, MoveOnlyArgumentAndResultComeAcross) {
    process_result doubled{[](std::unique_ptr<int> x) { return std::make_unique<int>(2 * *x); },
                           std::make_unique<int>(21)};

    EXPECT_EQ(*doubled.get(), 42);
}

TEST_P(Process, ExceptionComesBackFromGet) {
    process_result<void> failing{
        process_options{.name = "reader", .errors = standard_stream::null()}, throw_error};

    try {
        failing.get();
        FAIL() << "get() did not throw";
    } catch (const task_error& e) {
        EXPECT_EQ(e.type_name(), "std::out_of_range");
        EXPECT_EQ(e.message(), "no such line");
        EXPECT_EQ(e.pid(), failing.id());
        EXPECT_THAT(e.what(), HasSubstr("reader (pid "));
    }
    EXPECT_EQ(failing.join().code(), 1);
}

TEST_P(Process, CrashComesBackFromGet) {
    process_result crashing{process_options{.limits = {.core_bytes = 0}},
                            []() -> int { std::abort(); }};

    try {
        (void)crashing.get();
        FAIL() << "get() did not throw";
    } catch (const worker_crashed& e) {
        EXPECT_EQ(e.status().signal(), SIGABRT);
        EXPECT_THAT(e.what(), HasSubstr("ended without a result: killed by signal 6 (SIGABRT)"));
    }
}

TEST_P(Process, OtherChildrenOfTheProgramAreNotReaped) {
    const auto other = ::fork();
    if (other == 0) ::_exit(3);

    const process started{[] {}};
    (void)started.join();

    int status = 0;
    EXPECT_EQ(::waitpid(other, &status, 0), other);
    EXPECT_EQ(WEXITSTATUS(status), 3);
}

INSTANTIATE_TEST_SUITE_P(Methods, Process, test::each_start_method(), test::name_of_method);

// ---- what concerns one method
// --------------------------------------------------------------------

class ForkedProcess : public test::fd_census {};

TEST_F(ForkedProcess, TakesAnyCallable) {
    std::string text = "kept";
    process_result size{forked, [&] { return text.size(); }};

    EXPECT_EQ(size.get(), 4U);
}

TEST_F(ForkedProcess, IsRefusedWhileOtherThreadsRun) {
    const std::jthread other{[](std::stop_token token) {
        while (!token.stop_requested()) std::this_thread::sleep_for(1ms);
    }};

    try {
        const process refused{forked, [] {}};
        FAIL() << "it was forked";
    } catch (const fork_refused& e) {
        EXPECT_THAT(e.what(), HasSubstr("1 other threads are running"));
    }
    const process forced{forked, process_options{.force_fork = true}, [] { std::_Exit(4); }};
    EXPECT_EQ(forced.join().code(), 4);
}

TEST_F(ForkedProcess, MayBeReapedByOthersAndStillTellsItsExitCode) {
    const process started{forked, [] {}};

    while (::waitpid(started.id(), nullptr, 0) == -1 && errno == EINTR) {}

    EXPECT_EQ(started.join(), exit_status::exited(0));
}

TEST_F(ForkedProcess, HandleIsOfNoUseInAForkOfTheProgram) {
    const process started{sleep_for_ever};

    const auto copy = ::fork();
    if (copy == 0) {
        int code = 1;
        try {
            (void)started.join();
        } catch (const launch_error&) {
            code = 0;
        }
        ::_exit(code);
    }

    int status = -1;
    EXPECT_EQ(::waitpid(copy, &status, 0), copy);
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(started.running());
}

TEST(ProcessHandle, WithoutAProcessIsAnError) {
    const process none;

    EXPECT_FALSE(none.valid());
    EXPECT_THROW((void)none.id(), std::logic_error);
    EXPECT_THROW(process{}.detach(), std::logic_error);
}

TEST(ThisProcess, OfTheProgramIsTheMainProcess) {
    EXPECT_EQ(this_process::name(), "MainProcess");
    EXPECT_FALSE(this_process::is_worker());
    EXPECT_FALSE(this_process::parent());
    EXPECT_FALSE(this_process::stop_requested());
    EXPECT_FALSE(this_process::stop_token().stop_requested());
}

TEST(ThisProcess, InAWorkerOfAPoolIsNamedAfterIt) {
    const pool workers{{.processes = 1}};

    EXPECT_THAT(workers.submit([] { return this_process::name(); }).get(),
                testing::StartsWith("PoolWorker-"));
    EXPECT_TRUE(workers.submit([] { return this_process::is_worker(); }).get());
}

TEST(Wait, ForNothingReturnsAtOnce) { EXPECT_THAT(wait({}), testing::IsEmpty()); }

TEST(Wait, ForAClosedDescriptorIsAnError) {
    EXPECT_THROW((void)wait({-1}, 1ms), std::system_error);
    EXPECT_THROW((void)wait({987654}, 1ms), std::system_error);
}

} // namespace
} // namespace tandem

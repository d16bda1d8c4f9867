// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Uses of processes that were found to go wrong once, each with what happened then.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/fd_census.hpp"
#include "tandem/process.hpp"
#include "tandem/process_result.hpp"
#include "tandem/this_process.hpp"
#include "tandem/wait.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;

#if defined(__has_feature)
constexpr bool has_thread_sanitizer = __has_feature(thread_sanitizer);
#else
constexpr bool has_thread_sanitizer = false;
#endif

class ProcessEdge : public test::fd_census {};

// A handle that was detached in a fork of the program made that fork abort at its exit.
TEST_F(ProcessEdge, DetachInAForkOfTheProgramIsAnErrorThere) {
    process started{[] { ::pause(); }};

    const auto copy = ::fork();
    if (copy == 0) {
        try {
            started.detach();
        } catch (const launch_error&) {
            std::exit(0);
        }
        std::exit(1);
    }

    int status = -1;
    EXPECT_EQ(::waitpid(copy, &status, 0), copy);
    EXPECT_EQ(status, 0);
    started.kill();
}

// The function's own exit() was taken for a result that somebody had taken before.
TEST_F(ProcessEdge, ExitInTheFunctionIsNoResult) {
    process_result leaving{[]() -> int { std::exit(0); }};

    EXPECT_THROW((void)leaving.get(), worker_crashed);
}

// Adding such limits to a time point overflowed, and the wait had no end.
TEST_F(ProcessEdge, NegativeTimeLimitsAreOver) {
    const process started{process_options{.grace = std::chrono::nanoseconds::min()},
                          [] { ::pause(); }};

    EXPECT_EQ(started.join_for(std::chrono::nanoseconds::min()), std::nullopt);
    EXPECT_THAT(wait({started}, std::chrono::nanoseconds::min()), testing::IsEmpty());
}

// The pidfd tells of the end a little before the forkserver tells how it came.
TEST_F(ProcessEdge, ProcessThatWaitFoundEndedIsNotRunning) {
    for (int round = 0; round < 50; ++round) {
        const process started{[] {}};

        (void)wait({started});

        EXPECT_FALSE(started.running());
        EXPECT_EQ(started.join_for(0s), exit_status::exited(0));
    }
}

// The time until the forkserver's word was counted from the beginning of the whole wait.
TEST_F(ProcessEdge, LongWaitStillLearnsTheExitCode) {
    const process started{[] {
        std::this_thread::sleep_for(5200ms); // longer than a forkserver's word is waited for
        std::_Exit(7);
    }};

    EXPECT_EQ(started.join().code(), 7);
}

// The thread that waits for a stop was counted as one that forbids to fork.
TEST_F(ProcessEdge, FunctionWithAStopTokenMayFork) {
    if (has_thread_sanitizer) GTEST_SKIP() << "the sanitizer has started a thread of its own";
    process_result forking{[](std::stop_token) {
        process_result inner{forked, [] { return 3; }};
        return inner.get();
    }};

    EXPECT_EQ(forking.get(), 3);
}

// A second fork on the way: its page came to lie where the page of the first had been, and was
// unmapped with it.
int depth_of_forks(int most) {
    if (most == 0) return 0;
    process_result inner{forked, depth_of_forks, most - 1};
    return inner.get() + 1;
}

TEST_F(ProcessEdge, ForkMayForkAndForkAgain) { EXPECT_EQ(depth_of_forks(3), 3); }

// Both copies wrote their result into the same object.
TEST_F(ProcessEdge, ForkInsideTheFunctionMayReturnToo) {
    process_result splitting{[] {
        const auto copy = ::fork();
        if (copy > 0) ::waitpid(copy, nullptr, 0);
        return copy == 0 ? 1 : 2;
    }};

    EXPECT_EQ(splitting.get(), 2);
}

// A lock of the library that another thread held at the fork stayed locked in the child.
TEST_F(ProcessEdge, ForcedForkDoesNotInheritALockOfTheLibrary) {
    std::atomic<bool> stop = false;
    std::jthread looking{[&] {
        while (!stop) (void)active_children();
    }};

    for (int round = 0; round < 50; ++round) {
        const process started{forked, process_options{.force_fork = true}, [] {}};
        EXPECT_EQ(started.join().code(), 0);
    }
    stop = true;
}

// setenv(3) had dropped what it cannot express.
TEST_F(ProcessEdge, EnvironmentArrivesAsItIs) {
    std::vector<char*> variables;
    for (const char* setting : {"A=1", "A=2", "=odd", "odd"})
        variables.push_back(const_cast<char*>(setting));
    variables.push_back(nullptr);
    char** const before = std::exchange(environ, variables.data());

    process_result seen{[] {
        std::string all;
        for (char** setting = environ; *setting != nullptr; ++setting)
            all.append(*setting).append(" ");
        return all;
    }};
    environ = before;

    EXPECT_EQ(seen.get(), "A=1 A=2 =odd odd ");
}

// The forkserver was still root, and so was the child.
TEST_F(ProcessEdge, PrivilegesThatWereGivenUpDoNotComeBack) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root, to give up its privileges";
    process_result user{forked, [] {
                            const process by_root{[] {}};
                            (void)by_root.join();
                            if (::setgid(65534) != 0 || ::setuid(65534) != 0) std::_Exit(9);
                            process_result by_nobody{[] { return ::getuid(); }};
                            return by_nobody.get();
                        }};

    EXPECT_EQ(user.get(), 65534U);
}

} // namespace
} // namespace tandem

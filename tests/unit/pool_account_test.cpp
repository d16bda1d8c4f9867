// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What the error of a task tells about the end of its worker.

#undef NDEBUG // the tests crash by assert(), too

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/captured_stream.hpp"
#include "support/fd_census.hpp"
#include "tandem/pool.hpp"

// Not in a namespace without a name, so that no compiler puts them in line or leaves them out.
namespace tandem::test {

volatile int* nowhere = nullptr;
void (*volatile no_function)() = nullptr;

[[gnu::noinline]] void write_to_nowhere(int value) { *nowhere = value; }

[[gnu::noinline]] int recurse_without_end(int depth) {
    volatile char filling[1000] = {};
    filling[0] = static_cast<char>(depth);
    if (nowhere != nullptr) return 0; // never, but compilers do not know
    return recurse_without_end(depth + 1) + filling[0];
}

[[gnu::noinline]] void call_no_function() {
    no_function();
    nowhere = nullptr; // not a tail call
}

} // namespace tandem::test

namespace tandem {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr bool has_sanitizer = TEST_SANITIZER != 0; // it handles crashes in its own way

class PoolAccount : public test::fd_census {
protected:
    void SetUp() override {
        fd_census::SetUp();
        errors_.emplace(STDERR_FILENO); // what workers say is not the test's own trouble
        workers_.emplace(pool_options{.processes = 1});
    }
    void TearDown() override {
        workers_.reset();
        errors_.reset();
        fd_census::TearDown();
    }

    template <class F>
    worker_crashed error_of(F task) {
        try {
            (void)workers_->submit(task).get();
        } catch (const worker_crashed& e) {
            return e;
        }
        ADD_FAILURE() << "the worker did not end";
        return {{}, exit_status{}};
    }

private:
    std::optional<test::captured_stream> errors_;
    std::optional<pool> workers_;
};

void leave_no_core() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

bool names(const std::vector<stack_frame>& backtrace, const std::string& function) {
    return std::ranges::any_of(backtrace, [&](const stack_frame& frame) {
        return frame.function.find(function) != frame.function.npos;
    });
}

TEST_F(PoolAccount, SegmentationFaultNamesItsFunctionAndWhatWasWrittenBefore) {
    if (has_sanitizer) GTEST_SKIP();
    const auto error = error_of([] {
        leave_no_core();
        std::fputs("about to write\n", stderr);
        test::write_to_nowhere(1);
    });

    EXPECT_EQ(error.status(), exit_status::killed_by(SIGSEGV));
    EXPECT_EQ(error.stderr_tail(), "about to write\n");
    ASSERT_FALSE(error.backtrace().empty());
    const auto& first = error.backtrace().front();
    EXPECT_EQ(first.function, "tandem::test::write_to_nowhere(int)");
    EXPECT_EQ(first.module, std::filesystem::read_symlink("/proc/self/exe").string());
    EXPECT_GT(first.offset, 0U);
    EXPECT_THAT(error.what(), StartsWith("the worker ended while it ran item 0 (worker "));
    EXPECT_THAT(error.what(), HasSubstr("killed by signal 11 (SIGSEGV) in "
                                        "tandem::test::write_to_nowhere(int) ("));
    EXPECT_GT(error.status().usage().peak_rss_bytes, 0U);
    EXPECT_FALSE(error.out_of_memory());
}

TEST_F(PoolAccount, StackOverflowNamesTheFunctionThatRecursed) {
    if (has_sanitizer) GTEST_SKIP();
    const auto error = error_of([] {
        leave_no_core();
        return test::recurse_without_end(0);
    });

    EXPECT_EQ(error.status(), exit_status::killed_by(SIGSEGV));
    ASSERT_GT(error.backtrace().size(), 10U);
    EXPECT_EQ(error.backtrace()[5].function, "tandem::test::recurse_without_end(int)");
}

TEST_F(PoolAccount, CallOfNoFunctionNamesTheCaller) {
    if (has_sanitizer) GTEST_SKIP();
    const auto error = error_of([] {
        leave_no_core();
        test::call_no_function();
    });

    EXPECT_EQ(error.status(), exit_status::killed_by(SIGSEGV));
    EXPECT_TRUE(names(error.backtrace(), "call_no_function")) << error.what();
}

TEST_F(PoolAccount, FailedAssertionIsInTheTail) {
    const auto error = error_of([] {
        leave_no_core();
        assert(::getpid() == 0 && "a worker is no idle task");
    });

    EXPECT_EQ(error.status(), exit_status::killed_by(SIGABRT));
    EXPECT_THAT(error.stderr_tail(), HasSubstr("a worker is no idle task"));
    EXPECT_THAT(error.stderr_tail(), HasSubstr("pool_account_test.cpp"));
    if (has_sanitizer) return;
    EXPECT_TRUE(names(error.backtrace(), "abort"));
    EXPECT_THAT(error.what(), HasSubstr("PoolAccount_FailedAssertion"));
}

TEST_F(PoolAccount, CrashInAThreadOfTheTaskIsTold) {
    if (has_sanitizer) GTEST_SKIP();
    const auto error = error_of([] {
        leave_no_core();
        std::thread{test::write_to_nowhere, 1}.join();
    });

    EXPECT_EQ(error.status(), exit_status::killed_by(SIGSEGV));
    EXPECT_TRUE(names(error.backtrace(), "write_to_nowhere"));
}

TEST_F(PoolAccount, KilledWorkerHasNoBacktrace) {
    const auto error = error_of([] {
        std::fputs("goodbye\n", stderr);
        std::raise(SIGKILL);
    });

    EXPECT_EQ(error.status(), exit_status::killed_by(SIGKILL));
    EXPECT_EQ(error.stderr_tail(), "goodbye\n");
    EXPECT_THAT(error.backtrace(), IsEmpty());
    EXPECT_FALSE(error.out_of_memory());
    EXPECT_THAT(error.what(), HasSubstr("killed by signal 9 (SIGKILL)"));
}

TEST_F(PoolAccount, TailIsTheLastFourKibibytesOfALongStory) {
    const auto error = error_of([] {
        for (int i = 0; i < 10'000; ++i) std::fprintf(stderr, "line %d\n", i);
        ::_exit(3);
    });

    EXPECT_EQ(error.stderr_tail().size(), 4096U);
    EXPECT_TRUE(error.stderr_tail().ends_with("line 9998\nline 9999\n"));
}

TEST_F(PoolAccount, HandlerOfTheTaskIsLeftAlone) {
    const auto error = error_of([] {
        std::signal(SIGSEGV, [](int) { ::_exit(9); });
        std::raise(SIGSEGV);
    });

    EXPECT_EQ(error.status(), exit_status::exited(9));
    EXPECT_THAT(error.backtrace(), IsEmpty());
}

TEST_F(PoolAccount, CrashOfAProcessThatTheTaskForkedIsNotTheWorkers) {
    const auto error = error_of([] {
        leave_no_core();
        const auto child = ::fork();
        if (child == 0) test::write_to_nowhere(1);
        int status = 0;
        ::waitpid(child, &status, 0);
        std::signal(SIGSEGV, SIG_DFL);
        if (WIFSIGNALED(status) || has_sanitizer) std::raise(SIGSEGV);
        ::_exit(1); // the child did not crash
    });

    EXPECT_EQ(error.status(), exit_status::killed_by(SIGSEGV));
    EXPECT_THAT(error.backtrace(), IsEmpty());
}

TEST_F(PoolAccount, NoteThatWasScribbledOnIsNoDanger) {
    const auto error = error_of([] {
        leave_no_core();
        std::signal(SIGSEGV, SIG_DFL);
        // Its segment is the one shared memory object that a worker has mapped first.
        std::FILE* maps = std::fopen("/proc/self/maps", "r");
        char line[512];
        while (std::fgets(line, sizeof line, maps) != nullptr) {
            unsigned long begin = 0;
            if (std::strstr(line, "tandem-worker") == nullptr) continue;
            if (std::strstr(line, " 00000000 ") == nullptr) continue; // its first page
            std::sscanf(line, "%lx", &begin);
            // NOLINTNEXTLINE(performance-no-int-to-ptr): that is how /proc tells it
            auto* note = reinterpret_cast<int*>(begin + 1024);
            for (int i = 1; i < 768; ++i) note[i] = 0x7f7f7f7f;
            note[0] = SIGSEGV;
        }
        std::raise(SIGSEGV);
    });

    EXPECT_EQ(error.status(), exit_status::killed_by(SIGSEGV));
    EXPECT_EQ(error.backtrace().size(), 64U); // it was found, and made nothing of
    for (const auto& frame : error.backtrace()) EXPECT_EQ(frame.module, "");
}

TEST_F(PoolAccount, WorkersAreKilledBeforeTheProgramWhenMemoryRunsOut) {
    const auto score = [] {
        std::FILE* file = std::fopen("/proc/self/oom_score_adj", "r");
        int value = -1;
        if (std::fscanf(file, "%d", &value) != 1) value = -1;
        std::fclose(file);
        return value;
    };
    const pool workers{{.processes = 1}};

    EXPECT_EQ(workers.submit(score).get(), std::min(score() + 300, 1000));
}

TEST_F(PoolAccount, InitializerThatCrashesTellsWhereAndWhy) {
    const auto crash = [] {
        leave_no_core();
        std::fputs("no such model\n", stderr);
        std::abort();
    };
    const pool useless{{.processes = 1}, crash};

    try {
        (void)useless.submit([] { return 1; }).get();
        ADD_FAILURE();
    } catch (const initializer_failed& e) {
        EXPECT_EQ(e.report().status, exit_status::killed_by(SIGABRT));
        EXPECT_EQ(e.report().stderr_tail, "no such model\n");
        EXPECT_THAT(e.what(), HasSubstr("the last that it wrote to standard error: no such model"));
        EXPECT_EQ(e.report().backtrace.empty(), has_sanitizer);
    }
}

} // namespace
} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Reports, errors and their words; the count of kills for want of memory.

#include "tandem/crash_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "os/function_names.hpp"
#include "runtime/backtrace.hpp"
#include "runtime/oom_watch.hpp"
#include "tandem/error.hpp"

namespace tandem {
namespace {

using std::chrono::seconds;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::StrEq;

constexpr auto mebibyte = std::size_t{1} << 20;

crash_report report_of(std::vector<stack_frame> backtrace) {
    return {exit_status::killed_by(SIGSEGV), {}, std::move(backtrace), false};
}

TEST(CrashReport, PlaceIsTheFirstCallOfTheUsersOwn) {
    const auto report = report_of({{"/lib/x86_64-linux-gnu/libc.so.6", 1, "abort"},
                                   {"/usr/lib/libstdc++.so.6", 2, "std::terminate()"},
                                   {"/opt/prog", 3, "std::vector<int>::at(unsigned long)"},
                                   {"/opt/prog", 4, "crunch(int)"},
                                   {"/opt/prog", 5, "main"}});

    ASSERT_NE(report.place(), nullptr);
    EXPECT_EQ(report.place()->function, "crunch(int)");
    EXPECT_EQ(report.describe(), "killed by signal 11 (SIGSEGV) in crunch(int) (/opt/prog+0x4)");
}

TEST(CrashReport, PlaceOfATaskThatWasPutInLineIsItsCaller) {
    const auto report = report_of({{"/lib/libc.so.6", 1, "abort"},
                                   {"/opt/prog", 2, "tandem::detail::call_job<main::$_0>::run()"},
                                   {"/opt/prog", 3, "tandem::runtime::run_worker()"},
                                   {"/opt/prog", 4, "tandem::launch::run_child()"},
                                   {"/opt/prog", 5, "main"}});

    ASSERT_NE(report.place(), nullptr);
    EXPECT_EQ(report.place()->function, "tandem::detail::call_job<main::$_0>::run()");
}

TEST(CrashReport, WhatStartedTheWorkerIsNoPlace) {
    const auto report = report_of({{"/lib/libc.so.6", 1, "abort"},
                                   {"/opt/prog", 2, "tandem::runtime::run_worker()"},
                                   {"/opt/prog", 3, "tandem::launch::run_child()"},
                                   {"/opt/prog", 4, "main"}});

    EXPECT_EQ(report.place(), nullptr);
}

TEST(CrashReport, WithoutACallOfTheUsersOwnThereIsNoPlace) {
    EXPECT_EQ(report_of({}).place(), nullptr);
    EXPECT_EQ(report_of({{"/lib/libc.so.6", 1, "abort"}, {"", 7, ""}}).place(), nullptr);
    EXPECT_EQ(report_of({{"/lib/libc.so.6", 1, "abort"}}).describe(),
              "killed by signal 11 (SIGSEGV)");
}

TEST(CrashReport, FunctionWithoutANameIsTheFileAndTheOffset) {
    EXPECT_EQ((stack_frame{"/opt/stripped", 0x1234, ""}).describe(), "/opt/stripped+0x1234");
    EXPECT_EQ((stack_frame{"", 0xff, ""}).describe(), "unknown module+0xff");
}

TEST(CrashReport, LongNameOfAFunctionIsCutInWords) {
    const stack_frame frame{"/opt/prog", 1, std::string(5000, 'f')};

    EXPECT_EQ(frame.describe(), std::string(200, 'f') + "... (/opt/prog+0x1)");
}

TEST(CrashReport, OutOfMemoryTellsHowMuchThereWas) {
    const resource_usage usage{.peak_rss_bytes = 1536 * mebibyte};
    const crash_report report{exit_status::killed_by(SIGKILL, false, usage), {}, {}, true};

    EXPECT_EQ(report.describe(),
              "killed by signal 9 (SIGKILL) by the kernel, which was out of "
              "memory; it had 1.5 GiB resident at most");
}

TEST(CrashReport, SmallPeakIsNotWorthAWord) {
    const resource_usage usage{.peak_rss_bytes = 12 * mebibyte};
    const crash_report report{exit_status::exited(3, usage), {}, {}, false};

    EXPECT_EQ(report.describe(), "exited with code 3");
}

TEST(CrashErrors, TimeoutTellsItemProcessAndLimit) {
    const task_timeout error{{.index = 7, .pid = 4711}, std::chrono::milliseconds{1500}};

    EXPECT_STREQ(error.what(), "item 7 (worker 4711) ran longer than its time limit of 1500 ms");
    EXPECT_EQ(error.index(), 7U);
    EXPECT_EQ(error.pid(), 4711);
    EXPECT_EQ(error.limit(), std::chrono::milliseconds{1500});
}

TEST(CrashErrors, CpuTimeIsATimeoutToo) {
    try {
        throw cpu_time_exceeded{{.index = 1, .pid = 2}, seconds{2}};
    } catch (const task_timeout& error) {
        EXPECT_STREQ(error.what(),
                     "item 1 (worker 2) used more processor time than its limit of 2 s");
    }
}

TEST(CrashErrors, MemoryTellsLimitAndWhatWasSeen) {
    const memory_exceeded error{{.index = 3, .pid = 9},
                                {.limit = 100 * mebibyte, .seen = 150 * mebibyte}};

    EXPECT_STREQ(error.what(), "item 3 (worker 9) had 150 MiB resident; its limit is 100 MiB");
    EXPECT_EQ(error.limit(), 100 * mebibyte);
    EXPECT_EQ(error.seen(), 150 * mebibyte);
}

TEST(CrashErrors, InitializerThatCrashedTellsItsLastLine) {
    crash_report report{exit_status::exited(2), "first\ncannot open model.bin\n", {}, false};
    const initializer_failed error{std::move(report)};

    EXPECT_STREQ(error.what(),
                 "the worker ended while it ran the pool's initializer: exited with code 2; the "
                 "last that it wrote to standard error: cannot open model.bin");
    EXPECT_EQ(error.report().stderr_tail, "first\ncannot open model.bin\n");
}

TEST(CrashErrors, AllAreErrorsOfALostWorkerOrOfTheirKind) {
    static_assert(std::is_base_of_v<worker_lost, worker_crashed>);
    static_assert(std::is_base_of_v<worker_lost, task_timeout>);
    static_assert(std::is_base_of_v<worker_lost, memory_exceeded>);
    static_assert(std::is_base_of_v<cancelled, interrupted>);
    static_assert(std::is_base_of_v<launch_error, initializer_failed>);
    const worker_crashed error{{.index = 5, .pid = 6}, exit_status::exited(1)};
    const worker_crashed copy{error};

    EXPECT_EQ(&copy.report(), &error.report()); // shared, not copied
}

TEST(Backtrace, NoiseInPlaceOfANoteIsSurvived) {
    std::mt19937 noise{4711}; // NOLINT(cert-msc51-cpp): the same each time
    for (int round = 0; round < 200; ++round) {
        os::crash_note note;
        auto* bytes = reinterpret_cast<unsigned char*>(&note);
        for (std::size_t i = 0; i < sizeof note; ++i)
            bytes[i] = static_cast<unsigned char>(noise());
        note.signal = SIGSEGV;
        if (round % 2 == 0) // place them in the paths
            for (auto& frame : note.frames) frame.path %= 2048;

        const auto frames = runtime::read_backtrace(note, exit_status::killed_by(SIGSEGV));

        EXPECT_LE(frames.size(), note.frames.size());
    }
}

TEST(Backtrace, NoteOfAnotherSignalIsNotUsed) {
    os::crash_note note;
    note.signal = SIGABRT;
    note.frames_noted = 1;

    EXPECT_EQ(runtime::read_backtrace(note, exit_status::killed_by(SIGSEGV)).size(), 0U);
    EXPECT_EQ(runtime::read_backtrace(note, exit_status::exited(6)).size(), 0U);
    EXPECT_EQ(runtime::read_backtrace(note, exit_status::killed_by(SIGABRT)).size(), 1U);
}

TEST(Backtrace, FilesThatAreNoModulesNameNothing) {
    const std::array<std::uint64_t, 2> offsets{1, 2};
    for (const auto* path : {"", "/nowhere", "/dev/zero", "/tmp", "/proc/self/maps", "/etc/passwd"})
        EXPECT_THAT(os::function_names(path, offsets), Each(StrEq(""))) << path;
}

/// A machine whose kernel tells what the test wants.
class made_up_kernel {
public:
    made_up_kernel() {
        std::filesystem::create_directories(root_ + "/proc/self");
        kills(0);
    }
    made_up_kernel(const made_up_kernel&) = delete;
    made_up_kernel& operator=(const made_up_kernel&) = delete;
    ~made_up_kernel() { std::filesystem::remove_all(root_); }

    void kills(int count) const {
        std::ofstream{root_ + "/proc/vmstat"} << "pgfault 12\noom_kill " << count << "\n";
    }
    [[nodiscard]] const std::string& root() const { return root_; }

private:
    std::string root_ = testing::TempDir() + "/made_up_kernel_" + std::to_string(::getpid());
};

TEST(OomWatch, KillSinceTheLastLookIsTakenOnce) {
    const made_up_kernel kernel;
    runtime::oom_watch watch{kernel.root()};
    const runtime::oom_watch::time start{seconds{1000}};
    watch.look(start);

    EXPECT_FALSE(watch.take_kill(start));
    kernel.kills(2);

    EXPECT_TRUE(watch.take_kill(start + seconds{60}));
    EXPECT_TRUE(watch.take_kill(start + seconds{60}));
    EXPECT_FALSE(watch.take_kill(start + seconds{60}));
}

TEST(OomWatch, KillsBeforeTheFirstLookAreOfOthers) {
    const made_up_kernel kernel;
    kernel.kills(5);
    runtime::oom_watch watch{kernel.root()};
    watch.look(runtime::oom_watch::time{seconds{1000}});

    EXPECT_FALSE(watch.take_kill(runtime::oom_watch::time{seconds{1000}}));
}

TEST(OomWatch, KillThatWasSeenLongAgoIsNotTaken) {
    const made_up_kernel kernel;
    runtime::oom_watch watch{kernel.root()};
    const runtime::oom_watch::time start{seconds{1000}};
    watch.look(start);
    kernel.kills(1); // of a program of somebody else's
    watch.look(start + seconds{2});

    EXPECT_FALSE(watch.take_kill(start + seconds{60}));
}

TEST(OomWatch, KillThatWasSeenJustNowIsTaken) {
    const made_up_kernel kernel;
    runtime::oom_watch watch{kernel.root()};
    const runtime::oom_watch::time start{seconds{1000}};
    watch.look(start);
    kernel.kills(1);
    watch.look(start + seconds{2});

    EXPECT_TRUE(watch.take_kill(start + seconds{3}));
}

} // namespace
} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// How programs, their forkserver and their workers end, and what they leave behind: nothing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "support/fd_census.hpp"
#include "support/program.hpp"
#include "support/until.hpp"

namespace tandem::test {
namespace {

using testing::HasSubstr;

class Life : public testing::TestWithParam<int> {
protected:
    static std::string path_of(const char* name) { return std::string{TEST_PROGRAMS} + "/" + name; }

    static void wait_until_busy(program& started) {
        for (int i = 0; i < 3; ++i) ASSERT_THAT(started.read_line(), HasSubstr("runs"));
        // The program, its forkserver with a spare child, three workers and their children.
        ASSERT_TRUE(until([&] { return started.running().size() == 9; }));
    }
};

TEST_P(Life, ProgramEndedByASignalLeavesNoProcessBehind) {
    program endless{path_of("endless_pool")};
    wait_until_busy(endless);

    endless.signal(GetParam());

    EXPECT_EQ(endless.wait(), -GetParam());
    EXPECT_TRUE(until([&] { return endless.running().empty(); }));
}

INSTANTIATE_TEST_SUITE_P(Signals, Life, testing::Values(SIGKILL, SIGTERM, SIGINT, SIGABRT),
                         [](const auto& tested) {
                             return "Signal" + std::to_string(tested.param);
                         });

TEST_F(Life, CtrlCReachesTheProgramAndNotItsWorkers) {
    program endless{path_of("endless_pool")};
    wait_until_busy(endless);

    endless.signal_group(SIGINT); // as a terminal does

    EXPECT_EQ(endless.wait(), -SIGINT);
    EXPECT_EQ(endless.read_all(), ""); // nobody complains
    EXPECT_TRUE(until([&] { return endless.running().empty(); }));
}

TEST_F(Life, ProgramWithoutAPathOrAnEnvironmentStillStartsWorkers) {
    const auto copy = std::filesystem::temp_directory_path() /
                      ("tandem_square_sum." + std::to_string(::getpid()));
    std::filesystem::copy_file(path_of("square_sum"), copy);
    // env -i: the mark is gone too, so this test looks for nothing left behind.
    program sum{"/bin/sh", {"-c", "exec env -i " + copy.string()}};
    ASSERT_EQ(sum.read_line(), "main runs");

    std::filesystem::remove(copy);
    sum.write_line("go on");

    EXPECT_EQ(sum.read_line(), "30");
    EXPECT_EQ(sum.wait(), 0);
}

TEST_F(Life, ProgramThatEndsNormallyLeavesNoProcessBehind) {
    program sum{path_of("square_sum")};
    sum.write_line("go on");

    EXPECT_EQ(sum.read_all(), "main runs\n30\n");

    EXPECT_EQ(sum.wait(), 0);
    EXPECT_TRUE(until([&] { return sum.running().empty(); }));
}

TEST_F(Life, ProgramThatRunsWithItsStandardDescriptorsClosedWorks) {
    // What tasks printed went into the shared memory that had got the number of standard output.
    program talking{"/bin/sh", {"-c", "exec " + path_of("odd_surroundings") + " <&- >&- 2>&-"}};

    EXPECT_EQ(talking.wait(), 0);
    EXPECT_TRUE(until([&] { return talking.running().empty(); }));
}

TEST_F(Life, ProgramWhoseInitialiserIgnoresEndedChildrenNoticesCrashes) {
    program crashing{path_of("odd_surroundings")};

    EXPECT_EQ(crashing.wait(), 0);
}

} // namespace
} // namespace tandem::test

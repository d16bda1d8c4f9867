// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What Ctrl-C does to a program with an interrupt_guard. Without one: life_test.cpp.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "support/program.hpp"
#include "support/until.hpp"

namespace tandem::test {
namespace {

std::string path_of(const char* name) { return std::string{TEST_PROGRAMS} + "/" + name; }

TEST(InterruptedProgram, FinishesWhatRunsKeepsWhatIsDoneAndSaysHowMuch) {
    const auto gate = std::filesystem::temp_directory_path() /
                      ("tandem_interrupted_map." + std::to_string(::getpid()));
    program started{path_of("interrupted_map"), {gate.string()}};
    ASSERT_EQ(started.read_line(), "item 3 runs");

    started.signal_group(SIGINT); // as a terminal does

    EXPECT_EQ(started.read_line(), "interrupted by SIGINT (Ctrl-C): 4 of 1000 items were done");
    EXPECT_EQ(started.read_line(), "before: 42");
    EXPECT_EQ(started.read_line(), "interrupted by SIGINT (Ctrl-C): 0 of 1 item was done");
    EXPECT_EQ(started.wait(), 0);
    EXPECT_TRUE(until([&] { return started.running().empty(); }));
    std::filesystem::remove(gate);
}

TEST(InterruptedProgram, EndsAtTheSecondSignalWithAllItsWorkers) {
    program started{path_of("interrupted_in_vain")};
    for (int i = 0; i < 2; ++i) ASSERT_EQ(started.read_line(), "a worker runs");

    started.signal(SIGINT);
    ASSERT_EQ(started.read_line(), "a first SIGINT"); // and it goes on
    started.signal(SIGINT);

    EXPECT_EQ(started.wait(), -SIGINT);
    EXPECT_TRUE(until([&] { return started.running().empty(); }));
}

} // namespace
} // namespace tandem::test

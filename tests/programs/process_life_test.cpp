// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// How programs with processes end, by each method, and what they leave behind: nothing, and each
// text once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "support/fd_census.hpp"
#include "support/program.hpp"
#include "support/until.hpp"

namespace tandem::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

std::string path_of(const char* name) { return std::string{TEST_PROGRAMS} + "/" + name; }

/// What a process is called, as ps shows it.
std::string name_of_process(int id) {
    std::ifstream file{"/proc/" + std::to_string(id) + "/comm"};
    std::string name;
    std::getline(file, name);
    return name;
}

std::vector<int> processes_called(const program& started, const std::string& name) {
    auto found = started.running();
    std::erase_if(found, [&](int id) { return name_of_process(id) != name; });
    return found;
}

/// A program with two processes that run for ever, each with a command in the background.
void wait_until_both_run(program& started) {
    for (int i = 0; i < 2; ++i) ASSERT_THAT(started.read_line(), EndsWith("runs"));
    ASSERT_TRUE(until([&] { return processes_called(started, "sleep").size() == 2; }));
}

std::string name_of_signal_test(
    const testing::TestParamInfo<std::tuple<const char*, int>>& tested) {
    return std::string{std::get<0>(tested.param)} + "_signal" +
           std::to_string(std::get<1>(tested.param));
}

class ProcessLife : public testing::TestWithParam<std::tuple<const char*, int>> {};

TEST_P(ProcessLife, ProgramEndedByASignalLeavesNothingThatItsProcessesHaveStarted) {
    const auto [method, signal] = GetParam();
    program endless{path_of("endless_processes"), {method}};
    wait_until_both_run(endless);

    endless.signal(signal);

    EXPECT_EQ(endless.wait(), -signal);
    EXPECT_TRUE(until([&] { return endless.running().empty(); }));
}

INSTANTIATE_TEST_SUITE_P(Ends, ProcessLife,
                         testing::Combine(testing::Values("forkserver", "spawn"),
                                          testing::Values(SIGKILL, SIGTERM, SIGINT, SIGABRT,
                                                          SIGHUP)),
                         name_of_signal_test);

class ForkLife : public testing::TestWithParam<int> {};

TEST_P(ForkLife, ProgramEndedByASignalLeavesNoForkBehind) {
    program endless{path_of("endless_processes"), {"fork"}};
    wait_until_both_run(endless);

    endless.signal(GetParam());

    EXPECT_EQ(endless.wait(), -GetParam());
    EXPECT_TRUE(until([&] { // but what they have started: nobody is left to end it
        return std::ranges::equal(endless.running(), processes_called(endless, "sleep"));
    }));
}

INSTANTIATE_TEST_SUITE_P(Signals, ForkLife, testing::Values(SIGKILL, SIGTERM, SIGINT, SIGABRT),
                         [](const auto& tested) {
                             return "Signal" + std::to_string(tested.param);
                         });

TEST(ForkserverLife, KilledForkserverTakesItsProcessesAlong) {
    for (const char* method : {"forkserver", "spawn"}) {
        program endless{path_of("endless_processes"), {method}};
        wait_until_both_run(endless);
        const auto servers = processes_called(endless, "tandem-server");
        ASSERT_EQ(servers.size(), 1U);

        ::kill(servers.front(), SIGKILL);

        EXPECT_TRUE(until([&] {
            return processes_called(endless, "Process-1").empty() &&
                   processes_called(endless, "Process-2").empty();
        }));
        EXPECT_TRUE(is_running(endless.id())); // nothing happens to the program
    }
}

TEST(ForkserverLife, TerminatedTogetherWithTheProgramLeavesNothingThatProcessesHaveStarted) {
    program endless{path_of("endless_processes"), {"forkserver"}};
    wait_until_both_run(endless);

    // As pkill -f does, to all that were executed as the program.
    auto named = endless.running();
    std::erase_if(named, [](int id) { return name_of_process(id) == "sleep"; });
    std::ranges::sort(named, std::greater{}); // the program last
    for (const int id : named) ::kill(id, SIGTERM);

    EXPECT_EQ(endless.wait(), -SIGTERM);
    EXPECT_TRUE(until([&] { return endless.running().empty(); }));
}

TEST(ForkserverLife, StoppedForkserverDoesNotOutliveTheProgramForLong) {
    program endless{path_of("endless_processes"), {"forkserver"}};
    wait_until_both_run(endless);
    const auto servers = processes_called(endless, "tandem-server");
    ASSERT_EQ(servers.size(), 1U);
    ::kill(servers.front(), SIGSTOP);

    endless.signal(SIGKILL);
    EXPECT_EQ(endless.wait(), -SIGKILL);
    ::kill(servers.front(), SIGCONT);

    EXPECT_TRUE(until([&] { return endless.running().empty(); }));
}

// ---- ends that the program brings about itself
// ---------------------------------------------------

class OwnEnd : public testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(OwnEnd, LeavesNoProcessBehind) {
    const auto [method, how] = GetParam();
    program leaving{path_of("leaves_processes"), {method, how}};

    const auto output = leaving.read_all();

    EXPECT_THAT(output, HasSubstr("three run"));
    EXPECT_EQ(leaving.wait(), std::string_view{how} == "throw" ? -SIGABRT : 0) << output;
    EXPECT_TRUE(until([&] { return leaving.running().empty(); }));
}

INSTANTIATE_TEST_SUITE_P(Ways, OwnEnd,
                         testing::Combine(testing::Values("forkserver", "spawn", "fork"),
                                          testing::Values("return", "exit", "throw", "quick")),
                         [](const auto& tested) {
                             return std::string{std::get<0>(tested.param)} + "_" +
                                    std::get<1>(tested.param);
                         });

// ---- what has been written
// -----------------------------------------------------------------------

int count_of(const std::string& text, const std::string& part) {
    int count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

class Output : public testing::TestWithParam<const char*> {};

TEST_P(Output, OfTheProgramAppearsOnceAndThatOfEachProcess) {
    program writing{path_of("unflushed_output"), {GetParam()}};

    const auto output = writing.read_all();

    EXPECT_EQ(writing.wait(), 0);
    EXPECT_EQ(count_of(output, "<program, C>"), 1) << output;
    EXPECT_EQ(count_of(output, "<program, C++>"), 1) << output;
    EXPECT_EQ(count_of(output, "<process, C>"), 2) << output;
    EXPECT_EQ(count_of(output, "<process, C++>"), 2) << output;
}

INSTANTIATE_TEST_SUITE_P(By, Output, testing::Values("forkserver", "spawn", "fork"),
                         [](const auto& tested) { return std::string{tested.param}; });

} // namespace
} // namespace tandem::test

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The program, its forkserver or the child is killed at each fault point of a start, once or every
// time. Whatever happens, the function runs once or not at all, the program learns which, and
// nothing is left.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "support/program.hpp"
#include "support/until.hpp"

namespace tandem::test {
namespace {

struct fault_case {
    const char* point;
    const char* method;
    bool always;         // at each passing; else at the first
    const char* outcome; // what the program prints; empty: it is killed itself
};

// A start that its server's end has hit is tried once more, with a new server.
constexpr fault_case cases[] = {
    {"program.before_request", "forkserver", false, ""},
    {"program.before_request", "spawn", false, ""},
    {"program.after_request", "forkserver", false, ""},
    {"program.after_request", "spawn", false, ""},
    {"program.before_handshake", "forkserver", false, ""},
    {"program.before_handshake", "spawn", false, ""},
    {"forkserver.before_fork", "forkserver", false, "ran 1: exited with code 0\n"},
    {"forkserver.before_fork", "spawn", false, "ran 1: exited with code 0\n"},
    {"forkserver.before_fork", "forkserver", true, "ran 0: launch_error: its forkserver ended\n"},
    {"forkserver.before_fork", "spawn", true, "ran 0: launch_error: its forkserver ended\n"},
    {"child.before_handshake", "forkserver", false,
     "ran 0: launch_error: it ended before its function was called\n"},
    {"child.before_handshake", "spawn", false,
     "ran 0: launch_error: it ended before its function was called\n"},
    {"child.before_arguments", "forkserver", false, "ran 0: killed by signal 9 (SIGKILL)\n"},
    {"child.before_arguments", "spawn", false, "ran 0: killed by signal 9 (SIGKILL)\n"},
    {"child.function_begun", "forkserver", false, "ran 0: killed by signal 9 (SIGKILL)\n"},
    {"child.function_begun", "spawn", false, "ran 0: killed by signal 9 (SIGKILL)\n"},
    {"child.function_begun", "fork", false, "ran 0: killed by signal 9 (SIGKILL)\n"},
};

class ProcessFault : public testing::TestWithParam<fault_case> {
protected:
    std::string folder = std::filesystem::temp_directory_path() /
                         ("tandem_process_fault." + std::to_string(::getpid()));
    void SetUp() override { std::filesystem::create_directory(folder); }
    void TearDown() override { std::filesystem::remove_all(folder); }
};

TEST_P(ProcessFault, FunctionRunsOnceOrNotAndTheProgramLearnsWhich) {
    const auto [point, method, always, outcome] = GetParam();
    const std::string fault = std::string{point} + ":1";
    program starting{std::string{TEST_PROGRAMS} + "/start_one",
                     {method, folder + "/ran"},
                     {"TANDEM_FAULT=" + fault + (always ? "" : ":" + folder + "/once")}};

    EXPECT_EQ(starting.read_all(), outcome);
    EXPECT_EQ(starting.wait(), *outcome == '\0' ? -9 : 0);
    EXPECT_TRUE(always || std::filesystem::exists(folder + "/once"))
        << "the fault point was never reached";
    EXPECT_TRUE(until([&] { return starting.running().empty(); }));
}

std::string name_of(const testing::TestParamInfo<fault_case>& tested) {
    std::string name = tested.param.point;
    name[name.find('.')] = '_';
    return name + "_" + tested.param.method + (tested.param.always ? "_always" : "_once");
}

INSTANTIATE_TEST_SUITE_P(AllPoints, ProcessFault, testing::ValuesIn(cases), name_of);

// A server that is killed beside its child races with it: the child may have begun, or even ended.
class ProcessRace : public ProcessFault {};

TEST_P(ProcessRace, ServerKilledBesideItsChildLosesAtMostTheStatus) {
    const auto [point, method, always, outcome] = GetParam();
    program starting{
        std::string{TEST_PROGRAMS} + "/start_one",
        {method, folder + "/ran"},
        {"TANDEM_FAULT=" + std::string{point} + ":1" + (always ? "" : ":" + folder + "/once")}};

    const auto output = starting.read_all();

    EXPECT_THAT(output, testing::AnyOf(std::string{outcome}, "ran 1: exited with code 0\n",
                                       "ran 1: ended in an unknown way\n",
                                       "ran 0: ended in an unknown way\n"));
    EXPECT_EQ(starting.wait(), 0);
    EXPECT_TRUE(until([&] { return starting.running().empty(); }));
}

constexpr fault_case races[] = {
    {"forkserver.after_fork", "forkserver", false, "ran 1: exited with code 0\n"},
    {"forkserver.after_fork", "spawn", false, "ran 1: exited with code 0\n"},
    {"forkserver.after_fork", "forkserver", true, "ran 0: launch_error: its forkserver ended\n"},
    {"forkserver.after_fork", "spawn", true, "ran 0: launch_error: its forkserver ended\n"},
};

INSTANTIATE_TEST_SUITE_P(AllPoints, ProcessRace, testing::ValuesIn(races), name_of);

} // namespace
} // namespace tandem::test

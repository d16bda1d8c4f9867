// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// A worker or the forkserver is killed at each fault point, at its first passing and at a later
// one; whatever happens, every task has exactly one outcome, and only what ran is lost.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "support/program.hpp"
#include "support/until.hpp"

namespace tandem::test {
namespace {

struct fault_case {
    const char* point;
    int nth;
    int most_lost; // tasks that may end with worker_crashed for one kill
    const char* by = "submit";
};

// A killed forkserver takes both workers along, and with each the task that it runs.
constexpr fault_case cases[] = {
    {"worker.before_first_task", 1, 0},
    {"worker.after_claim", 1, 0},
    {"worker.after_claim", 50, 0},
    {"worker.item_begun", 1, 1},
    {"worker.item_begun", 50, 1},
    {"worker.before_publish", 1, 1},
    {"worker.before_publish", 50, 1},
    {"worker.after_publish", 1, 0},
    {"worker.after_publish", 50, 0},
    {"forkserver.before_fork", 1, 2},
    {"forkserver.before_fork", 2, 2},
    {"forkserver.after_fork", 1, 2},
    {"forkserver.after_fork", 2, 2},
    // Results in blocks: what the block holds is kept, whether it was closed or not.
    {"worker.item_begun", 1, 1, "map"},
    {"worker.item_begun", 55, 1, "map"},
    {"worker.after_claim", 3, 0, "map"},
    {"worker.before_publish", 1, 0, "map"},
    {"worker.before_publish", 5, 0, "map"},
    {"worker.after_publish", 3, 0, "map"},
    {"worker.opening", 1, 0, "map"},
    {"forkserver.after_fork", 2, 2, "map"},
};

class PoolFault : public testing::TestWithParam<fault_case> {
protected:
    std::string once_file =
        std::filesystem::temp_directory_path() / ("tandem_fault." + std::to_string(::getpid()));
    void TearDown() override { std::filesystem::remove(once_file); }
};

TEST_P(PoolFault, EveryTaskHasOneOutcomeAndOnlyWhatRanIsLost) {
    const auto [point, nth, most_lost, by] = GetParam();
    program counting{
        std::string{TEST_PROGRAMS} + "/count_outcomes",
        {by},
        {"TANDEM_FAULT=" + std::string{point} + ":" + std::to_string(nth) + ":" + once_file}};

    const auto output = counting.read_all();

    int right = -1;
    int crashed = -1;
    int wrong = -1;
    ASSERT_EQ(std::sscanf(output.c_str(), "right %d crashed %d wrong %d", &right, &crashed, &wrong),
              3)
        << output;
    EXPECT_EQ(right + crashed, 400);
    EXPECT_EQ(wrong, 0);
    EXPECT_LE(crashed, most_lost);
    EXPECT_TRUE(std::filesystem::exists(once_file)) << "the fault point was never reached";
    EXPECT_EQ(counting.wait(), 0);
    EXPECT_TRUE(until([&] { return counting.running().empty(); }));
}

std::string name_of(const testing::TestParamInfo<fault_case>& tested) {
    std::string name = tested.param.point;
    name[name.find('.')] = '_';
    return name + "_" + std::to_string(tested.param.nth) + "_" + tested.param.by;
}

INSTANTIATE_TEST_SUITE_P(AllPoints, PoolFault, testing::ValuesIn(cases), name_of);

} // namespace
} // namespace tandem::test

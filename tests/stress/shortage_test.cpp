// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Starting processes when there are no more descriptors, processes or memory: an error of Tandem's,
// and it works again once there are some.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "support/program.hpp"
#include "support/until.hpp"

namespace tandem::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::StartsWith;

std::string path_of(const char* name) { return std::string{TEST_PROGRAMS} + "/" + name; }

class Shortage : public testing::TestWithParam<const char*> {
protected:
    static std::string output_of(program& started) {
        auto output = started.read_all();
        EXPECT_EQ(started.wait(), 0) << output;
        EXPECT_TRUE(until([&] { return started.running().empty(); }));
        return output;
    }
};

INSTANTIATE_TEST_SUITE_P(By, Shortage, testing::Values("forkserver", "spawn", "fork"),
                         [](const auto& tested) { return std::string{tested.param}; });

#if !TEST_SANITIZER // it needs descriptors of its own to look at an exception
TEST_P(Shortage, OfDescriptorsIsALaunchErrorAndPasses) {
    program started{"/bin/sh",
                    {"-c", "ulimit -n 64 && exec " + path_of("start_until_refused") + " " +
                               GetParam() + " files"}};

    const auto output = output_of(started);

    EXPECT_THAT(output, ContainsRegex("^[12][0-9] started, then: [^\n]*[Tt]oo many open files"));
    EXPECT_THAT(output, ContainsRegex("\n5 ended, 5 started, then: [^\n]*[Tt]oo many open files"));
    EXPECT_THAT(output, HasSubstr("\nat the end it works\n"));
}
#endif

TEST_P(Shortage, OfProcessesIsALaunchErrorAndPasses) {
    if (::getuid() != 0) GTEST_SKIP() << "becoming another user takes root";
    program started{path_of("start_until_refused"), {GetParam(), "processes"}};

    const auto output = output_of(started);

    // The program, its forkserver, and one that might be on its way to its end.
    EXPECT_THAT(output, ContainsRegex("^1[789] started, then: [^\n]*Resource temporarily unavail"));
    EXPECT_THAT(output, ContainsRegex("\n5 ended, 5 started, then: [^\n]*Resource temporarily"));
    EXPECT_THAT(output, HasSubstr("\nat the end it works\n"));
}

#if !TEST_SANITIZER // they reserve terabytes of address space
TEST_P(Shortage, OfMemoryIsAnErrorAndPasses) {
    program started{path_of("start_in_little_memory"), {GetParam(), "1"}};

    const auto output = output_of(started);

    EXPECT_THAT(output, StartsWith("without a limit: success\n"));
    EXPECT_THAT(output, ContainsRegex("\nwith a limit: (launch_error|bad_alloc)\n"));
    EXPECT_THAT(output, HasSubstr("\nat the end: success\n"));
}

TEST_P(Shortage, OfMemoryFromTheBeginningIsAnError) {
    // The forkserver is started with the limit, and fails here or there, or does not.
    for (int kibibytes = 0; kibibytes < 6000; kibibytes += 200) {
        const auto bytes = std::to_string(1024 * kibibytes + 1);
        program started{path_of("start_in_little_memory"), {GetParam(), bytes, "first"}};

        EXPECT_THAT(output_of(started),
                    ContainsRegex("with a limit: (success|launch_error|bad_alloc)\n"));
    }
}
#endif

} // namespace
} // namespace tandem::test

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Handles as arguments of processes, however they are started.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "support/fd_census.hpp"
#include "tandem/detail/shared_region.hpp"
#include "tandem/process.hpp"
#include "tandem/process_result.hpp"

namespace tandem {
namespace {

using detail::shared_region;
using testing::HasSubstr;

shared_region make_region() {
    return shared_region::create("test", 100, shared_region::pages::reserved);
}

void mark(const std::vector<shared_region>& regions, const shared_region& first) {
    for (const auto& each : regions) each.bytes()[0] = std::byte{1};
    if (first == regions.front()) first.bytes()[1] = std::byte{1};
}

void mark_in_a_grandchild(const shared_region& region) {
    process child{mark, std::vector{region}, region};
    (void)child.join();
}

shared_region return_it() { return make_region(); }

class ProcessHandles : public test::fd_census, public testing::WithParamInterface<start_method> {
protected:
    process_options how{.method = GetParam(), .force_fork = true};
};

TEST_P(ProcessHandles, ArgumentsShowTheSameMemory) {
    std::vector<shared_region> regions;
    for (int i = 0; i < 30; ++i) regions.push_back(make_region());
    process child{how, mark, regions, regions.front()};

    EXPECT_EQ(child.join().code(), 0);
    for (const auto& each : regions) EXPECT_EQ(each.bytes()[0], std::byte{1});
    EXPECT_EQ(regions.front().bytes()[1], std::byte{1});
}

TEST_P(ProcessHandles, TheyGoOnToGrandchildren) {
    const auto region = make_region();
    process child{how, mark_in_a_grandchild, region};
    EXPECT_EQ(child.join().code(), 0);
    EXPECT_EQ(region.bytes()[1], std::byte{1});
}

INSTANTIATE_TEST_SUITE_P(Methods, ProcessHandles,
                         testing::Values(start_method::forkserver, start_method::spawn,
                                         start_method::fork));

class ProcessHandlesBack : public test::fd_census {};

TEST_F(ProcessHandlesBack, AResultThatHoldsOneIsAnErrorThatSaysSo) {
    process_result<shared_region> result{return_it};
    try {
        (void)result.get();
        FAIL() << "it was returned";
    } catch (const task_error& e) {
        EXPECT_THAT(e.what(), HasSubstr("cannot travel this way"));
    }
}

} // namespace
} // namespace tandem

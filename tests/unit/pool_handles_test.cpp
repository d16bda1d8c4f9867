// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Handles as arguments, items and results of tasks, in each backend.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/fd_census.hpp"
#include "support/raised_limit.hpp"
#include "support/until.hpp"
#include "tandem/detail/shared_region.hpp"
#include "tandem/pool.hpp"
#include "tandem/result_range.hpp"
#include "tandem/worker_state.hpp"

namespace tandem {
namespace {

using detail::shared_region;
using testing::Each;
using testing::HasSubstr;

shared_region make_region(int content) {
    auto region = shared_region::create("test", sizeof content, shared_region::pages::reserved);
    std::memcpy(region.bytes().data(), &content, sizeof content);
    return region;
}

int read(const shared_region& region) {
    int content = 0;
    std::memcpy(&content, region.bytes().data(), sizeof content);
    return content;
}

int read_with_number(int number, const shared_region& region) { return number + read(region); }

int set_byte(std::size_t place, const shared_region& region) {
    region.bytes()[place] = std::byte{1};
    return 0;
}

std::vector<shared_region> make_many(std::size_t count) {
    std::vector<shared_region> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(make_region(static_cast<int>(i)));
    return all;
}

/// The first time kills its worker, with what it was given in hand.
int read_on_the_second_try(const shared_region& region) {
    if (std::exchange(region.bytes()[4], std::byte{1}) == std::byte{0}) (void)std::raise(SIGKILL);
    return read(region);
}

struct kept {
    shared_region region;
};
kept keep(const shared_region& region) { return {region}; }
int read_kept(int number) { return number + read(this_process::worker_state<kept>().region); }

class PoolHandles : public test::fd_census, public testing::WithParamInterface<backend> {
protected:
    pool_options two{.processes = 2, .grace = {}, .backend = GetParam()};
};

TEST_P(PoolHandles, AnExtraArgumentIsTheSameMemoryInEachTask) {
    const pool workers{two};
    const auto bytes = shared_region::create("test", 1000, shared_region::pages::reserved);
    std::vector<std::size_t> places(1000);
    std::iota(places.begin(), places.end(), 0U);

    (void)workers.map(set_byte, places, bytes);
    EXPECT_THAT(bytes.bytes(), Each(std::byte{1}));
}

TEST_P(PoolHandles, EachItemMayBringItsOwn) {
    const pool workers{two};
    std::vector<shared_region> regions = make_many(100);
    std::vector<int> expected(100);
    std::iota(expected.begin(), expected.end(), 0);

    EXPECT_EQ(workers.map(read, regions), expected);
    std::vector<int> streamed;
    for (const int each : workers.imap(read, regions)) streamed.push_back(each);
    EXPECT_EQ(streamed, expected);
}

TEST_P(PoolHandles, ACallMayBringSomeAndReturnSome) {
    const pool workers{two};
    EXPECT_EQ(workers.submit(read_with_number, 1, make_region(41)).get(), 42);
    EXPECT_EQ(read(workers.apply(make_region, 7)), 7);
    const auto made = workers.map(make_region, std::vector<int>{1, 2, 3});
    EXPECT_EQ(read(made.at(0)) + read(made.at(1)) + read(made.at(2)), 6);
    EXPECT_EQ(read(workers.apply(make_many, std::size_t{50}).at(49)), 49);
}

TEST_P(PoolHandles, TheInitializerMayTakeOne) {
    const pool workers{two, keep, make_region(40)};
    EXPECT_EQ(workers.apply(read_kept, 2), 42);
}

TEST_P(PoolHandles, ASharedValueCannotHoldOne) {
    pool workers{two};
    EXPECT_THROW((void)workers.share(make_region(1)), codec_error);
}

INSTANTIATE_TEST_SUITE_P(Backends, PoolHandles,
                         testing::Values(backend::processes, backend::threads, backend::inline_));

class ProcessPoolHandles : public test::fd_census {};

TEST_F(ProcessPoolHandles, AnItemThatIsTriedAgainHasItsHandle) {
    const pool workers{{.processes = 1, .grace = {}}};
    const auto region = shared_region::create("test", 5, shared_region::pages::reserved);
    const auto call = workers.with({.on_error = on_error::retry(1)});
    EXPECT_EQ(call.apply(read_on_the_second_try, region), 0);
}

/// Where the worker has it, and which one it is.
std::pair<std::uintptr_t, int> place_of(const shared_region& region) {
    return {reinterpret_cast<std::uintptr_t>(region.bytes().data()), ::getpid()};
}

bool has_mapped(int process, std::string_view name) {
    std::ifstream maps{"/proc/" + std::to_string(process) + "/maps"};
    const std::string all{std::istreambuf_iterator<char>{maps}, {}};
    return all.find(name) != all.npos;
}

TEST_F(ProcessPoolHandles, MemoryThatComesAgainIsMappedStillUntilTheWorkerIsIdle) {
    const pool workers{{.processes = 1, .grace = {}}};
    const auto region = shared_region::create("kept-test", 1, shared_region::pages::reserved);

    const auto first = workers.apply(place_of, region);
    EXPECT_TRUE(has_mapped(first.second, "kept-test"));
    EXPECT_EQ(workers.apply(place_of, region), first);
    EXPECT_TRUE(test::until([&] { return !has_mapped(first.second, "kept-test"); }));
}

std::size_t count(const std::vector<shared_region>& all) { return all.size(); }

TEST_F(ProcessPoolHandles, AWorkerKeepsOnlySoMuchMapped) {
    const pool workers{{.processes = 1, .grace = {}}};
    const auto region = shared_region::create("kept-test", 1, shared_region::pages::reserved);

    const auto first = workers.apply(place_of, region);
    EXPECT_EQ(workers.apply(count, make_many(100)), 100U);
    EXPECT_FALSE(has_mapped(first.second, "kept-test"));
}

TEST_F(ProcessPoolHandles, MoreThanCanBeOnTheirWayAreRefusedAndThePoolGoesOn) {
    const test::raised_limit files{RLIMIT_NOFILE, 10'000};
    if (!files.was_raised()) GTEST_SKIP() << "needs 10,000 open files";
    const pool workers{{.processes = 1, .grace = {}}};

    EXPECT_EQ(workers.apply(count, make_many(500)), 500U);
    EXPECT_THROW((void)workers.apply(count, make_many(9'000)), codec_error);
    EXPECT_EQ(workers.apply(read, make_region(5)), 5);
    EXPECT_THROW((void)workers.apply(make_many, std::size_t{9'000}), task_error);
    EXPECT_EQ(read(workers.apply(make_many, std::size_t{500}).at(499)), 499);
}

} // namespace
} // namespace tandem

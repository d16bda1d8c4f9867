// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/shared_array.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <list>
#include <numeric>
#include <ranges>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "support/carrier.hpp"
#include "support/fd_census.hpp"
#include "support/memory_name.hpp"
#include "tandem/pool.hpp"
#include "tandem/process.hpp"

namespace tandem {
namespace {

using testing::Each;
using testing::ElementsAre;

struct particle {
    double place = 0.5;
    std::array<float, 3> speed{};
    std::int32_t kind = 7;

    friend bool operator==(const particle&, const particle&) = default;
};

struct alignas(64) wide {
    int value;
};

class SharedArray : public test::fd_census {};

TEST_F(SharedArray, BeginsAsAVectorDoes) {
    EXPECT_THAT(shared_array<int>(3), ElementsAre(0, 0, 0));
    EXPECT_THAT(shared_array<int>(3, 4), ElementsAre(4, 4, 4));
    EXPECT_THAT(shared_array<particle>(2), Each(particle{}));
    EXPECT_THAT(shared_array<int>(std::list{1, 2}), ElementsAre(1, 2));
    EXPECT_THAT(shared_array<long>(std::views::iota(1, 4)), ElementsAre(1, 2, 3));
}

TEST_F(SharedArray, OfNoElementsHasNoMemory) {
    const shared_array<int> none(0);
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(none.data(), nullptr);
    EXPECT_EQ(none.begin(), none.end());
    EXPECT_FALSE(none.memory());
    EXPECT_TRUE(decode<shared_array<int>>(encode(none)).empty());
    EXPECT_TRUE(shared_array<int>(std::vector<int>{}).empty());
}

TEST_F(SharedArray, IsAlignedToAPage) {
    const shared_array<wide> made(3);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(made.data()) % 4096, 0U);
    EXPECT_EQ(&made[2] - made.data(), 2);
}

TEST_F(SharedArray, ElementOutOfRangeIsAnErrorOfAt) {
    const shared_array<int> made(2);
    made.at(1) = 5;
    EXPECT_EQ(made[1], 5);
    EXPECT_THROW((void)made.at(2), std::out_of_range);
}

TEST_F(SharedArray, MoreThanCanBeCountedIsAnError) {
    EXPECT_THROW(shared_array<double>(std::numeric_limits<std::size_t>::max() / 8 + 1),
                 resource_error);
    EXPECT_THROW(shared_array<double>(std::numeric_limits<std::size_t>::max() / 8), resource_error);
}

TEST_F(SharedArray, HandleOfItCrossesAndNotItsElements) {
    const shared_array<int> made(1000, 1);
    const auto received = test::cross(made);
    received[999] = 2;
    EXPECT_EQ(made[999], 2);
    EXPECT_EQ(received, made);
    EXPECT_EQ(received.data(), made.data()); // mapped once
    EXPECT_THROW((void)encode(made), codec_error);
}

TEST_F(SharedArray, ElementsOfAnotherSizeAreRefused) {
    EXPECT_THROW((void)test::cross_as<shared_array<double>>(shared_array<int>(8)), codec_error);
}

TEST_F(SharedArray, ElementsThatTheMemoryHasNotAreRefused) {
    using detail::element_place;
    constexpr auto far = std::numeric_limits<std::uint64_t>::max();
    const shared_memory memory{4 * sizeof(int)};
    const auto receive = [&](std::uint64_t first, std::uint64_t count) {
        const std::tuple sent{element_place{sizeof(int), first, count}, memory};
        return test::cross_as<shared_array<int>>(sent).size();
    };
    EXPECT_EQ(receive(4, 0), 0U);
    EXPECT_EQ(receive(1, 3), 3U);
    EXPECT_THROW(receive(0, 5), codec_error);
    EXPECT_THROW(receive(5, 0), codec_error);
    EXPECT_THROW(receive(1, far), codec_error);
    EXPECT_THROW(receive(far, 1), codec_error);
    const std::tuple without{element_place{sizeof(int), 0, 1}, shared_memory{}};
    EXPECT_THROW((void)test::cross_as<shared_array<int>>(without), codec_error);
}

TEST_F(SharedArray, PartsAreFilledBySeveralProcesses) {
    constexpr std::size_t parts = 4;
    constexpr std::size_t length = 10'000;
    const shared_array<std::size_t> squares(parts * length);
    std::vector<process> writers;
    for (std::size_t i = 0; i < parts; ++i)
        writers.emplace_back(forked, [mine = squares.part(i * length, length), i] {
            for (std::size_t k = 0; k < length; ++k) mine[k] = (i * length + k) * (i * length + k);
        });
    for (const auto& writer : writers) EXPECT_TRUE(writer.join().success());
    for (std::size_t k = 0; k < squares.size(); ++k) ASSERT_EQ(squares[k], k * k);
}

TEST_F(SharedArray, AtomicElementsLoseNothing) {
    constexpr int rounds = 20'000;
    const shared_array<int> counts(2);
    const auto count = [&] {
        for (int i = 0; i < rounds; ++i) ++counts.atomic(1);
    };
    const process one{forked, count};
    const process other{forked, count};
    EXPECT_TRUE(one.join().success());
    EXPECT_TRUE(other.join().success());
    EXPECT_THAT(counts, ElementsAre(0, 2 * rounds));
}

TEST_F(SharedArray, PartCrossesAndIsAPart) {
    shared_array<int> made(10);
    std::iota(made.begin(), made.end(), 0);
    const auto part = made.part(2, 6);
    const auto received = test::cross(part.part(1, 3));
    EXPECT_THAT(received, ElementsAre(3, 4, 5));
    EXPECT_EQ(received.data(), made.data() + 3);
    EXPECT_EQ(received, made.part(3, 3));
    EXPECT_NE(received, made.part(4, 3));
}

TEST_F(SharedArray, PartOutOfRangeIsAnError) {
    constexpr auto far = std::numeric_limits<std::size_t>::max();
    const shared_array<int> made(3);
    EXPECT_TRUE(made.part(3, 0).empty());
    EXPECT_THROW((void)made.part(4, 0), std::out_of_range);
    EXPECT_THROW((void)made.part(2, 2), std::out_of_range);
    EXPECT_THROW((void)made.part(1, far), std::out_of_range);
}

TEST_F(SharedArray, LiesInNamedMemoryOfOthers) {
    const test::memory_name name;
    const auto made = shared_memory::create(name.text(), 3 * sizeof(double) + 1);
    const auto here = shared_array<double>::in(made);
    here[2] = 2.5;
    const auto there = shared_array<double>::in(shared_memory::open(name.text()));
    EXPECT_THAT(there, ElementsAre(0.0, 0.0, 2.5));
}

std::size_t fill_with_places(const shared_array<std::size_t>& part, std::size_t first) {
    std::iota(part.begin(), part.end(), first);
    return part.size();
}

TEST_F(SharedArray, PartsGoToTasksAndComeBackFilled) {
    constexpr std::size_t length = 1'000;
    const shared_array<std::size_t> places(4 * length);
    std::vector<std::tuple<shared_array<std::size_t>, std::size_t>> parts;
    for (std::size_t first = 0; first < places.size(); first += length)
        parts.emplace_back(places.part(first, length), first);
    const pool workers{{.processes = 2}};
    EXPECT_THAT(workers.starmap(fill_with_places, parts), Each(length));
    for (std::size_t i = 0; i < places.size(); ++i) ASSERT_EQ(places[i], i);
}

TEST_F(SharedArray, OneThatAWorkerHasMadeComesBack) {
    const pool workers{{.processes = 1}};
    const auto made = workers.apply([](int value) { return shared_array<int>(2, value); }, 7);
    EXPECT_THAT(made, ElementsAre(7, 7));
}

static_assert(shared_element<int> && shared_element<particle> && shared_element<bool>);
static_assert(!shared_element<int*> && !shared_element<std::string> && !shared_element<const int>);
static_assert(!shared_element<int[3]> && !shared_element<std::string_view>);
static_assert(!shared_element<std::pair<int, char*>> && !shared_element<int&>);
static_assert(portable<shared_array<int>> && std::ranges::contiguous_range<shared_array<int>>);

} // namespace
} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Values of more than 4 GiB: no length in the codec may have 32 bits.

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "tandem/codec.hpp"

namespace tandem::test {
namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;
constexpr std::uint64_t needed = 20 * gib;

/// Memory that can be had without pushing anything out.
std::uint64_t available_memory() {
    std::ifstream facts{"/proc/meminfo"};
    for (std::string name; facts >> name;) {
        std::uint64_t kib = 0;
        if (name == "MemAvailable:" && facts >> kib) return kib * 1024;
        facts.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return 0;
}

class CodecBig : public testing::Test {
protected:
    void SetUp() override {
        const auto available = available_memory();
        if (available < needed)
            GTEST_SKIP() << "needs 20 GiB of memory, " << available / gib << " GiB are available";
    }
};

TEST_F(CodecBig, VectorOfMoreThan2To32BytesComesBack) {
    constexpr std::size_t size = (std::size_t{1} << 32) + 3;
    encoder out;
    {
        std::vector<char> value(size, 'a');
        value.front() = 'f';
        value[std::size_t{1} << 32] = 'm';
        value.back() = 'b';
        out.write(value);
    }
    EXPECT_EQ(out.size(), 8 + size);

    const auto copy = decode<std::vector<char>>(out.bytes());

    ASSERT_EQ(copy.size(), size);
    EXPECT_EQ(copy.front(), 'f');
    EXPECT_EQ(copy[std::size_t{1} << 32], 'm');
    EXPECT_EQ(copy.back(), 'b');
}

TEST_F(CodecBig, ManyVectorsOfMoreThan2To32BytesInAllComeBack) {
    constexpr std::size_t rows = 1100; // of 4 MiB each
    encoder out;
    {
        std::vector<std::vector<std::uint32_t>> value(rows);
        for (std::uint32_t i = 0; i < rows; ++i) {
            value[i].resize(std::size_t{1} << 20);
            std::iota(value[i].begin(), value[i].end(), i);
        }
        out.write(value);
    }
    EXPECT_GT(out.size(), std::size_t{1} << 32);

    const auto copy = decode<std::vector<std::vector<std::uint32_t>>>(out.bytes());

    ASSERT_EQ(copy.size(), rows);
    for (std::uint32_t i = 0; i < rows; ++i) {
        ASSERT_EQ(copy[i].size(), std::size_t{1} << 20);
        ASSERT_EQ(copy[i].front(), i);
        ASSERT_EQ(copy[i].back(), i + (1U << 20) - 1);
    }
}

} // namespace
} // namespace tandem::test

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The bytes that docs/protocol/codec.md promises. A change here is a change of the protocol.

#include <gtest/gtest.h>

#include "codec_types.hpp"

namespace tandem::test {
namespace {

template <class T>
std::string hex(const T& value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte byte : encode(value)) {
        const auto number = std::to_integer<unsigned>(byte);
        text += digits[number >> 4];
        text += digits[number & 15];
    }
    return text;
}

TEST(CodecFormat, NumbersAreLittleEndian) {
    EXPECT_EQ(hex(std::uint32_t{0x01020304}), "04030201");
    EXPECT_EQ(hex(std::int16_t{-2}), "feff");
    EXPECT_EQ(hex(1.0), "000000000000f03f");
    EXPECT_EQ(hex('A'), "41");
    EXPECT_EQ(hex(true), "01");
    EXPECT_EQ(hex(colour::blue), "02");
    EXPECT_EQ(hex(std::byte{0x7f}), "7f");
}

#ifdef __x86_64__
TEST(CodecFormat, LongDoubleIsTheTenBytesOfX87) { EXPECT_EQ(hex(1.0L), "0000000000000080ff3f"); }
#endif

TEST(CodecFormat, ProductsAreTheirPartsWithoutPadding) {
    EXPECT_EQ(hex(padded{'A', 1}), "4101000000");
    EXPECT_EQ(hex(point{1, 2}), "0100000002000000");
    EXPECT_EQ(hex(std::pair{'A', short{2}}), "410200");
    EXPECT_EQ(hex(std::tuple{'A', 'B', false}), "414200");
    EXPECT_EQ(hex(std::array{'x', 'y'}), "7879");
    EXPECT_EQ(hex(std::complex<float>{1, 0}), "0000803f00000000");
    EXPECT_EQ(hex(nothing{}), "");
    EXPECT_EQ(hex(std::monostate{}), "");
}

TEST(CodecFormat, TimeIsItsCount) {
    EXPECT_EQ(hex(std::chrono::duration<int>{3}), "03000000");
    EXPECT_EQ(hex(std::chrono::sys_time<std::chrono::nanoseconds>{std::chrono::nanoseconds{5}}),
              "0500000000000000");
}

TEST(CodecFormat, DatesAreYearMonthDay) {
    using namespace std::chrono;
    EXPECT_EQ(hex(year{2024} / February / 29), "e807021d");
    EXPECT_EQ(hex(February / 29), "021d");
    EXPECT_EQ(hex(Sunday), "00");
}

TEST(CodecFormat, DeserializeReadsWhatSerializeWrites) {
    EXPECT_EQ(hex(celsius{1}), "000000000000f03f");
    EXPECT_EQ(hex(range{"K", celsius{1}, celsius{0}}),
              "0100000000000000"
              "4b"
              "000000000000f03f"
              "0000000000000000");
}

TEST(CodecFormat, SerializeWritesWhatItNamesInOrder) {
    EXPECT_EQ(hex(secret{1, "a"}),
              "01000000"
              "0100000000000000"
              "61");
}

TEST(CodecFormat, ContainersHaveACountOfEightBytes) {
    EXPECT_EQ(hex(std::string{"hi"}),
              "0200000000000000"
              "6869");
    EXPECT_EQ(hex(std::u16string{u"h"}),
              "0100000000000000"
              "6800");
    EXPECT_EQ(hex(std::filesystem::path{"x"}),
              "0100000000000000"
              "78");
    EXPECT_EQ(hex(std::vector<short>{1, 2}),
              "0200000000000000"
              "0100"
              "0200");
    EXPECT_EQ(hex(std::list<int>{7}),
              "0100000000000000"
              "07000000");
    EXPECT_EQ(hex(std::set<int>{7, 3}),
              "0200000000000000"
              "03000000"
              "07000000");
    EXPECT_EQ(hex(std::map<short, std::string>{{1, "a"}}),
              "0100000000000000"
              "0100"
              "0100000000000000"
              "61");
}

TEST(CodecFormat, BitsAreEightToAByteLowestFirst) {
    EXPECT_EQ(hex(std::bitset<9>{0x101}), "0101");
    EXPECT_EQ(hex(std::vector<bool>{true, false, true}),
              "0300000000000000"
              "05");
}

TEST(CodecFormat, ChoicesStartWithAFlagOrAnIndex) {
    EXPECT_EQ(hex(std::optional<char>{}), "00");
    EXPECT_EQ(hex(std::optional{'A'}),
              "01"
              "41");
    EXPECT_EQ(hex(std::variant<int, char>{'A'}),
              "01"
              "41");
    EXPECT_EQ(hex(std::expected<char, int>{'A'}),
              "01"
              "41");
    EXPECT_EQ(hex(std::expected<char, short>{std::unexpect, short{2}}),
              "00"
              "0200");
    EXPECT_EQ(hex(std::unique_ptr<int>{}), "00");
    EXPECT_EQ(hex(std::make_unique<int>(1)),
              "01"
              "01000000");
    EXPECT_EQ(hex(std::make_shared<int>(1)),
              "01"
              "01000000");
}

// ceil(footprint / 16) bytes per element at least; the footprints are in docs/protocol/codec.md.
TEST(CodecFormat, BallastFollowsTheElements) {
    EXPECT_EQ(hex(std::list<char>{'A', 'B'}),
              "0200000000000000"
              "4142"
              "0000"); // 24 bytes a node
    EXPECT_EQ(hex(std::set<char>{'A'}),
              "0100000000000000"
              "41"
              "0000"); // 40 bytes a node
    EXPECT_EQ(hex(std::vector<nothing>(2)),
              "0200000000000000"
              "0000");
    EXPECT_EQ(hex(std::filesystem::path{"/a/b"}),
              "0400000000000000"
              "2f612f62" +
                  std::string(40, '0')); // 8 bytes for each of what may be 4 names
    EXPECT_EQ(hex(std::deque<int>{}), std::string(56, '0') + "0000000000000000");
}

} // namespace
} // namespace tandem::test

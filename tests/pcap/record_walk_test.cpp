// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "record_walk.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "capture_error.hpp"
#include "packets.hpp"
#include "range_analysis.hpp"
#include "serial_analysis.hpp"

namespace traffic::test {
namespace {

using testing::HasSubstr;

bytes two_packets() {
    return capture_of({{100, 0, tcp_frame(syn_flag)}, {110, 0, tcp_frame(syn_flag)}});
}

constexpr std::size_t second_record = 24 + 16 + 54;

TEST(RecordWalk, AFileCutInsideTheLastRecordKeepsWhatIsThere) {
    const auto result = analyse_serially(first(two_packets().size() - 20, two_packets()));

    EXPECT_EQ(result.numbers.packets, 2u);
    EXPECT_EQ(result.numbers.rows.at(0).counts.ip_packets, 2u);
    EXPECT_EQ(result.numbers.rows.at(0).counts.syn, 1u);
    EXPECT_EQ(result.remark.text, "cut inside the record at offset 94: 34 of 54 bytes, analysed");
    EXPECT_FALSE(result.remark.damaged);
}

TEST(RecordWalk, AFileCutBehindTheLastRecordHeaderHasAnEmptyPacketThere) {
    const auto result = analyse_serially(first(second_record + 16, two_packets()));

    EXPECT_EQ(result.numbers.packets, 2u);
    EXPECT_EQ(result.numbers.rows.at(0).counts.ip_packets, 1u);
    EXPECT_THAT(result.remark.text, HasSubstr("0 of 54 bytes"));
}

TEST(RecordWalk, AFileCutInsideTheLastRecordHeaderIgnoresTheFragment) {
    const auto result = analyse_serially(first(second_record + 15, two_packets()));

    EXPECT_EQ(result.numbers.packets, 1u);
    EXPECT_EQ(result.remark.text,
              "cut inside the record header at offset 94: 15 of 16 bytes, ignored");
}

TEST(RecordWalk, ARecordThatClaimsFourGibibytesIsDamage) {
    auto capture = two_packets();
    for (const auto at : {8u, 9u, 10u, 11u}) capture[second_record + at] = std::byte{0xff};

    const auto result = analyse_serially(capture);

    EXPECT_TRUE(result.remark.damaged);
    EXPECT_THAT(result.remark.text, HasSubstr("at offset 94 claims 4294967295 captured bytes"));
    EXPECT_EQ(result.numbers.packets, 2u);
}

TEST(RecordWalk, ARecordOfTheGreatestLengthIsFine) {
    const auto frame = first(record_walk::max_captured_bytes, tcp_frame(0));
    const auto result = analyse_serially(capture_of({{100, 0, frame}, {110, 0, frame}}));

    EXPECT_EQ(result.numbers.packets, 2u);
    EXPECT_EQ(result.numbers.rows.at(0).counts.tcp_with_ports, 2u);
    EXPECT_EQ(result.remark.text, "");
}

TEST(RecordWalk, RecordsAreFoundAcrossTheEdgesOfTheWindow) {
    std::vector<timed_packet> packets;
    packets.reserve(60'000);
    for (std::uint32_t i = 0; i < 60'000; ++i) packets.push_back({i, 0, first(i % 97, {})});

    EXPECT_EQ(analyse_serially(capture_of(packets)).numbers.packets, 60'000u);
}

TEST(RecordWalk, AFileThatShrinksMeanwhileIsAnError) {
    const temporary_file content{two_packets()};
    const mapped_file file{content.path()};
    record_walk walk{file, read_format(file)};
    std::filesystem::resize_file(content.path(), 60);

    (void)walk.next(); // its header is still there
    EXPECT_THROW((void)walk.next(), capture_error);
}

TEST(RangeAnalysis, AnotherFileUnderTheSameNameIsAnError) {
    const temporary_file content{two_packets()};
    const mapped_file file{content.path()};
    range_cutter cutter{file, read_format(file), 1};
    auto range = cutter.next().value();
    range.file.modified += 1;

    EXPECT_THROW((void)analyse_range(range), capture_error);
}

} // namespace
} // namespace traffic::test

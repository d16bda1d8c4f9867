// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Which packets make an interval, and what its numbers are.

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "csv_output.hpp"
#include "json_output.hpp"
#include "packets.hpp"
#include "serial_analysis.hpp"

namespace traffic::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

timed_packet tcp_at(std::uint32_t seconds, std::uint32_t fraction = 0, std::uint8_t flags = 0) {
    return {seconds, fraction, tcp_frame(flags)};
}

timed_packet arp_at(std::uint32_t seconds) {
    return {seconds, 0, joined({ethernet_header(0x0806), first(46, {})})};
}

std::vector<std::int64_t> ends(const serial_result& result) {
    const auto ticks_per_second = result.numbers.format.ticks_per_second();
    std::vector<std::int64_t> seconds;
    std::ranges::transform(result.numbers.rows, std::back_inserter(seconds),
                           [&](const interval_row& row) { return row.end / ticks_per_second; });
    return seconds;
}

std::vector<std::uint64_t> ip_packets(const serial_result& result) {
    std::vector<std::uint64_t> counts;
    std::ranges::transform(result.numbers.rows, std::back_inserter(counts),
                           [](const interval_row& row) { return row.counts.ip_packets; });
    return counts;
}

TEST(Intervals, ThePacketThatCrossesTheLineClosesItsInterval) {
    const auto result = analyse_serially(
        capture_of({tcp_at(100), tcp_at(105), tcp_at(112), tcp_at(113), tcp_at(123)}));

    EXPECT_THAT(ends(result), ElementsAre(112, 123));
    EXPECT_THAT(ip_packets(result), ElementsAre(3, 2));
}

TEST(Intervals, ExactlyTheLengthIsEnoughAndOneTickLessIsNot) {
    const auto exact = analyse_serially(capture_of({tcp_at(100), tcp_at(110)}));
    const auto short_of_it = analyse_serially(capture_of({tcp_at(100), tcp_at(109, 999'999)}));

    EXPECT_THAT(ends(exact), ElementsAre(110));
    EXPECT_THAT(ends(short_of_it), IsEmpty());
}

TEST(Intervals, ASilenceMakesOneLongIntervalAndNoEmptyOnes) {
    const auto result = analyse_serially(capture_of({tcp_at(100), tcp_at(135), tcp_at(146)}));

    EXPECT_THAT(ends(result), ElementsAre(135, 146));
}

TEST(Intervals, PacketsThatAreNotIpCloseIntervalsToo) {
    const auto result = analyse_serially(capture_of({arp_at(100), arp_at(110), tcp_at(121)}));

    EXPECT_THAT(ends(result), ElementsAre(110, 121));
    EXPECT_THAT(ip_packets(result), ElementsAre(0, 1));
}

TEST(Intervals, TheOpenIntervalIsDroppedButItsPortsCount) {
    const auto result = analyse_serially(capture_of({tcp_at(100), tcp_at(101)}));

    EXPECT_THAT(result.numbers.rows, IsEmpty());
    EXPECT_EQ(result.numbers.packets, 2u);
    EXPECT_EQ(result.numbers.ports.count(port_sets::tcp_source), 1u);
}

TEST(Intervals, TimeBetweenPacketsIsTakenFromThePacketBeforeOfAnyKind) {
    // 0 for the first, 3 after the ARP, 6: the 1 in front of the ARP is never recorded.
    const auto result =
        analyse_serially(capture_of({tcp_at(100), arp_at(101), tcp_at(104), tcp_at(110)}));

    ASSERT_EQ(result.numbers.rows.size(), 1u);
    EXPECT_EQ(result.numbers.rows[0].iat_sum.words[0], 9'000'000u);
}

TEST(Intervals, TimesThatGoBackMakeNegativeDistancesAndLongerIntervals) {
    const auto result = analyse_serially(capture_of({tcp_at(100), tcp_at(95), tcp_at(110)}));

    EXPECT_THAT(ends(result), ElementsAre(110));
    EXPECT_EQ(result.numbers.rows[0].iat_sum.words[0], 10'000'000u);
}

TEST(Intervals, AFractionBeyondASecondIsAdded) {
    const auto result = analyse_serially(capture_of({tcp_at(100), tcp_at(100, 10'000'000)}));

    EXPECT_THAT(ends(result), ElementsAre(110));
}

TEST(Intervals, SynAndFinAreCountedEachForItself) {
    const auto result = analyse_serially(
        capture_of({tcp_at(100, 0, syn_flag), tcp_at(101, 0, syn_flag | ack_flag),
                    tcp_at(102, 0, syn_flag | fin_flag), tcp_at(110, 0, fin_flag | ack_flag)}));

    EXPECT_EQ(result.numbers.rows.at(0).counts.syn, 3u);
    EXPECT_EQ(result.numbers.rows.at(0).counts.fin, 2u);
}

TEST(Intervals, ByteOrderAndResolutionMakeNoDifference) {
    const auto little = analyse_serially(capture_of({tcp_at(100, 5), tcp_at(110, 5)}));
    const auto big =
        analyse_serially(capture_of({tcp_at(100, 5), tcp_at(110, 5)}, {.swapped = true}));
    const auto fine =
        analyse_serially(capture_of({tcp_at(100, 5000), tcp_at(110, 5000)}, {.nanoseconds = true}));

    EXPECT_EQ(json_text(little.numbers), json_text(big.numbers));
    EXPECT_EQ(fine.numbers.rows.at(0).iat.deviation, little.numbers.rows.at(0).iat.deviation);
}

TEST(Intervals, AnEmptyCaptureHasNone) {
    const auto result = analyse_serially(capture_of({}));

    EXPECT_EQ(result.numbers.packets, 0u);
    EXPECT_THAT(result.numbers.rows, IsEmpty());
    EXPECT_EQ(result.remark.text, "");
}

TEST(Outputs, UndefinedNumbersAreNullAndEmptyCells) {
    const auto result =
        analyse_serially(capture_of({arp_at(99), tcp_at(104), tcp_at(109), arp_at(110)}));

    EXPECT_TRUE(std::isnan(result.numbers.rows.at(0).iat.skewness));
    EXPECT_THAT(json_text(result.numbers), testing::HasSubstr("\"iat_skew\": [\n   null\n  ]"));
    EXPECT_THAT(csv_text(result.numbers), testing::HasSubstr(",5.000000,0,,,40,"));
}

} // namespace
} // namespace traffic::test

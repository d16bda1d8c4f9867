// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// However a capture is cut into ranges, the outcome is the same to the last byte.

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "json_output.hpp"
#include "packets.hpp"
#include "serial_analysis.hpp"

namespace traffic::test {
namespace {

/// Packets of many kinds, with times that jump by microseconds, by days, and back.
bytes odd_capture(bool nanoseconds) {
    std::mt19937 random{1};
    const std::uint32_t resolution = nanoseconds ? 1'000'000'000 : 1'000'000;
    std::vector<timed_packet> packets;
    std::uint32_t seconds = 1'000'000;
    for (int i = 0; i < 3000; ++i) {
        const auto dice = random() % 1000;
        if (dice == 0) seconds += 400'000;
        if (dice == 1) seconds -= 100'000;
        if (dice < 100) seconds += 1;
        const ip_fields fields{.protocol = static_cast<std::uint8_t>(dice % 3 == 0 ? 6 : 17),
                               .source = static_cast<std::uint32_t>(random() % 40),
                               .destination = static_cast<std::uint32_t>(random() % 400)};
        const auto flags = static_cast<std::uint8_t>(random());
        const auto port = static_cast<std::uint16_t>(random());
        const auto frame =
            joined({ethernet_header(dice % 50 == 3 ? 0x0806 : 0x0800), ip_header(fields),
                    first(random() % 30, tcp_header(flags, port, 80))});
        packets.push_back({seconds, static_cast<std::uint32_t>(random() % resolution), frame});
    }
    return capture_of(packets, {.nanoseconds = nanoseconds});
}

class Splits : public testing::TestWithParam<range_limits> {};

TEST_P(Splits, GiveBitIdenticalOutput) {
    for (const bool nanoseconds : {false, true}) {
        const auto capture = odd_capture(nanoseconds);
        const auto whole = analyse_serially(capture, "7.5");

        const auto split = analyse_serially(capture, "7.5", GetParam());

        EXPECT_EQ(whole.ranges, 1u);
        EXPECT_GT(split.ranges, 10u);
        EXPECT_EQ(json_text(split.numbers), json_text(whole.numbers));
    }
}

std::string name_of(const testing::TestParamInfo<range_limits>& tested) {
    const auto& limits = tested.param;
    return std::to_string(limits.least_packets) + "To" + std::to_string(limits.most_packets) +
           "PacketsOr" + std::to_string(limits.most_bytes) + "Bytes";
}

INSTANTIATE_TEST_SUITE_P(Into, Splits,
                         testing::Values(range_limits{.most_packets = 1, .least_packets = 1},
                                         range_limits{.most_packets = 7, .least_packets = 1},
                                         range_limits{.most_packets = 100, .least_packets = 50},
                                         range_limits{.most_bytes = 500, .least_packets = 3},
                                         range_limits{.least_packets = 100}),
                         name_of);

} // namespace
} // namespace traffic::test

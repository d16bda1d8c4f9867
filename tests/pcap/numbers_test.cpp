// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Exact decimals, address tables and ports.

#include <gmock/gmock.h>

#include <cmath>

#include "address_spread.hpp"
#include "address_table.hpp"
#include "decimal.hpp"
#include "interval_length.hpp"
#include "port_sets.hpp"

namespace traffic::test {
namespace {

using testing::UnorderedElementsAre;

wide_sum sum(std::int64_t value) {
    wide_sum result;
    result.add(value);
    return result;
}

TEST(MeanText, IsExactWhile28DigitsAreEnough) {
    EXPECT_EQ(mean_seconds_text(sum(1'000'000), 5, 6), "0.200000");
    EXPECT_EQ(mean_seconds_text(sum(727'907), 4, 6), "0.18197675");
    EXPECT_EQ(mean_seconds_text(sum(4'884), 16, 9), "0.00000030525");
    EXPECT_EQ(mean_seconds_text(sum(2'146'483'648), 1, 6), "2146.483648");
    EXPECT_EQ(mean_seconds_text(sum(0), 7, 6), "0.000000");
    EXPECT_EQ(mean_seconds_text(sum(0), 0, 6), "0");
}

TEST(MeanText, IsRoundedToThe28thDigitOtherwise) {
    EXPECT_EQ(mean_seconds_text(sum(35'000), 9, 6), "0.003888888888888888888888888889");
    EXPECT_EQ(mean_seconds_text(sum(90'000), 22, 6), "0.004090909090909090909090909091");
    EXPECT_EQ(mean_seconds_text(sum(20'000'000), 3, 6), "6.666666666666666666666666667");
    EXPECT_EQ(mean_seconds_text(sum(-20'000'000), 3, 6), "-6.666666666666666666666666667");
}

TEST(MeanText, HalfwayGoesToTheEvenDigit) {
    // 2^-28 and 3 * 2^-28 have 28 decimals; with an integer part in front one digit is too many.
    EXPECT_EQ(mean_seconds_text(sum((1LL << 28) + 1), 1LL << 28, 0),
              "1.000000003725290298461914062");
    EXPECT_EQ(mean_seconds_text(sum((1LL << 28) + 3), 1LL << 28, 0),
              "1.000000011175870895385742188");
}

TEST(MeanText, RoundingUpCarriesThroughNines) {
    // 1 - 10^-18 seconds over 10^18 and more digits: all nines round up to one.
    EXPECT_EQ(mean_seconds_text(sum(2'999'999'999'999'999'999), 3'000'000'000'000'000'000, 0),
              "0.9999999999999999996666666667");
    EXPECT_EQ(seconds_text(1'707'405'500'738'154, 6), "1707405500.738154");
    EXPECT_EQ(seconds_text(7, 9), "0.000000007");
}

TEST(IntervalLength, KeepsEveryDecimal) {
    const auto ticks = [](const char* text, int decimals) {
        return interval_length::parse(text).value().ticks(decimals);
    };

    EXPECT_EQ(ticks("10", 6), 10'000'000);
    EXPECT_EQ(ticks("0.1", 6), 100'000);
    EXPECT_EQ(ticks(".5", 9), 500'000'000);
    EXPECT_EQ(ticks("5.", 6), 5'000'000);
    EXPECT_EQ(ticks("0.00390625", 9), 3'906'250);
    EXPECT_EQ(ticks("0.00390625", 6), 3'907) << "3906 ticks are not long enough";
    EXPECT_EQ(ticks("1.000000000000000000", 6), 1'000'000);
    EXPECT_EQ(ticks("0.000000000000000001", 6), 1);
    EXPECT_EQ(ticks("999999999", 9), 999'999'999'000'000'000);
}

TEST(IntervalLength, RefusesWhatIsNoLength) {
    for (const auto* const text :
         {"", ".", "0", "0.000", "-1", "+1", "nan", "inf", "1e3", "1,5", " 1", "1 ", "1.2.3",
          "0x10", "1000000000", "0.0000000000000000001"}) {
        EXPECT_FALSE(interval_length::parse(text)) << text;
    }
}

TEST(AddressTable, CountsEveryAddressAlsoZero) {
    address_table table;
    table.add(0);
    table.add(0xffffffff);
    table.add(0);

    EXPECT_THAT(table.entries(),
                UnorderedElementsAre(address_count{0, 2}, address_count{0xffffffff, 1}));
}

TEST(AddressTable, GrowsAndForgets) {
    constexpr std::uint32_t many = 100'000;
    address_table table;
    for (int round = 1; round <= 2; ++round) {
        for (std::uint32_t i = 0; i < many; ++i) table.add({.address = i * 256, .count = 3});
        for (std::uint32_t i = 0; i < many; ++i) table.add(i * 256);

        EXPECT_EQ(table.size(), many);
        EXPECT_EQ(spread(table.entries()), (address_spread{many, 1e-5, 1.0}));
        table.clear();
        EXPECT_EQ(table.size(), 0u);
    }
    table.add(7);
    table.clear(); // this one makes the table small again
    table.add(8);
    EXPECT_THAT(table.entries(), UnorderedElementsAre(address_count{8, 1}));
}

TEST(AddressSpread, FollowsItsDefinition) {
    const std::vector<address_count> counts{{1, 1}, {2, 3}, {3, 2000}};
    const auto share = [](double count) { return count / 2004; };
    const auto entropy = -(share(1) * std::log2(share(1)) + share(3) * std::log2(share(3)) +
                           share(2000) * std::log2(share(2000))) /
                         std::log2(3.0);

    const auto found = spread(counts);

    EXPECT_EQ(found.distinct, 3u);
    EXPECT_DOUBLE_EQ(found.f2, 4'000'010.0 / (2004.0 * 2004.0));
    EXPECT_DOUBLE_EQ(found.entropy, entropy);
}

TEST(AddressSpread, IsZeroForNoneAndWithoutEntropyForOne) {
    const std::vector<address_count> one{{1, 5}};

    EXPECT_EQ(spread({}), address_spread{});
    EXPECT_EQ(spread(one), (address_spread{1, 1.0, 0.0}));
}

TEST(PortSets, KeepTheFourSetsApart) {
    port_sets sets;
    sets.add(port_sets::tcp_source, 0);
    sets.add(port_sets::tcp_source, 65'535);
    sets.add(port_sets::tcp_source, 65'535);
    sets.add(port_sets::udp_destination, 53);

    port_sets merged;
    merged.add(sets.words());
    merged.add(port_sets{}.words());

    EXPECT_EQ(merged.count(port_sets::tcp_source), 2u);
    EXPECT_EQ(merged.count(port_sets::tcp_destination), 0u);
    EXPECT_EQ(merged.count(port_sets::udp_source), 0u);
    EXPECT_EQ(merged.count(port_sets::udp_destination), 1u);
}

} // namespace
} // namespace traffic::test

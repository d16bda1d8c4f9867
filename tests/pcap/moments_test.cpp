// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "iat_moments.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace traffic::test {
namespace {

iat_sums sums_of(const std::vector<std::int64_t>& times) {
    iat_sums sums;
    for (const auto time : times) sums.add(time);
    return sums;
}

/// Two passes in long double, as a textbook has it.
iat_moments naive(const std::vector<std::int64_t>& times) {
    const auto n = static_cast<long double>(times.size());
    long double mean = 0;
    for (const auto time : times) mean += static_cast<long double>(time) / n;
    long double m2 = 0;
    long double m3 = 0;
    long double m4 = 0;
    for (const auto time : times) {
        const auto distance = static_cast<long double>(time) - mean;
        m2 += distance * distance / n;
        m3 += distance * distance * distance / n;
        m4 += distance * distance * distance * distance / n;
    }
    return {.deviation = static_cast<double>(std::sqrt(m2 * n / (n - 1)) / 1e6L),
            .skewness = static_cast<double>(m3 / (m2 * std::sqrt(m2))),
            .kurtosis = static_cast<double>(m4 / (m2 * m2) - 3)};
}

constexpr std::int64_t microseconds = 1'000'000;
constexpr std::int64_t nanoseconds = 1'000'000'000;

TEST(IatMoments, AgreeWithTwoPassesInLongDouble) {
    std::mt19937 random{1};
    std::exponential_distribution<> waiting{1e-4};
    std::vector<std::int64_t> times(10'000);
    for (auto& time : times) time = static_cast<std::int64_t>(waiting(random));

    const auto exact = moments(sums_of(times), times.size(), microseconds);

    const auto expected = naive(times);
    EXPECT_NEAR(exact.deviation, expected.deviation, 1e-15);
    EXPECT_NEAR(exact.skewness, expected.skewness, 1e-13);
    EXPECT_NEAR(exact.kurtosis, expected.kurtosis, 1e-12);
}

TEST(IatMoments, TheLongestTimesThereAreDoNotOverflow) {
    // One of four at the far end: skewness and kurtosis do not depend on how far that is.
    constexpr std::int64_t longest = 4'294'967'296 * nanoseconds;

    const auto shape = moments(sums_of({0, 0, 0, longest}), 4, nanoseconds);

    EXPECT_DOUBLE_EQ(shape.deviation, 2'147'483'648.0);
    EXPECT_DOUBLE_EQ(shape.skewness, 2 / std::sqrt(3.0));
    EXPECT_DOUBLE_EQ(shape.kurtosis, -2.0 / 3);
}

TEST(IatMoments, NothingCancelsWhenTimesHardlyDiffer) {
    constexpr std::int64_t hour = 3'600 * nanoseconds;

    const auto shape = moments(sums_of({hour, hour, hour, hour + 1}), 4, nanoseconds);

    EXPECT_DOUBLE_EQ(shape.deviation, 0.5e-9);
    EXPECT_DOUBLE_EQ(shape.skewness, 2 / std::sqrt(3.0));
}

TEST(IatMoments, NegativeTimesMirrorTheSkewness) {
    const auto ahead = moments(sums_of({1, 2, 30'000'000}), 3, microseconds);
    const auto back = moments(sums_of({-1, -2, -30'000'000}), 3, microseconds);

    EXPECT_EQ(ahead.skewness, -back.skewness);
    EXPECT_EQ(ahead.kurtosis, back.kurtosis);
    EXPECT_EQ(ahead.deviation, back.deviation);
}

TEST(IatMoments, EqualTimesHaveNoShapeAndFewerThanTwoAreZero) {
    const auto equal = moments(sums_of({5, 5, 5}), 3, microseconds);
    const auto single = moments(sums_of({5}), 1, microseconds);

    EXPECT_EQ(equal.deviation, 0);
    EXPECT_TRUE(std::isnan(equal.skewness));
    EXPECT_TRUE(std::isnan(equal.kurtosis));
    EXPECT_EQ(single.skewness, 0);
    EXPECT_EQ(moments({}, 0, microseconds).deviation, 0);
}

TEST(IatSums, SmallAndWideSumsAreTheSameNumber) {
    iat_sums wide;
    iat_sums narrow;
    small_iat_sums small;
    for (const std::int64_t time : {0, 1, -1, 16'777'215, -16'777'215, 123'456}) {
        ASSERT_TRUE(small_iat_sums::fits(time));
        wide.add(time);
        small.add(time);
    }
    small.add_to(narrow);

    EXPECT_EQ(wide.first.words, narrow.first.words);
    EXPECT_EQ(wide.second.words, narrow.second.words);
    EXPECT_EQ(wide.third.words, narrow.third.words);
    EXPECT_EQ(wide.fourth.words, narrow.fourth.words);
}

} // namespace
} // namespace traffic::test

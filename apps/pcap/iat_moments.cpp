// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "iat_moments.hpp"

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <limits>

#include "big_integer.hpp"

namespace traffic {

namespace {

using real = boost::multiprecision::cpp_bin_float_quad;

} // namespace

iat_moments moments(const iat_sums& sums, std::uint64_t count, std::int64_t ticks_per_second) {
    if (count < 2) return {};
    const big_integer n{count};
    const auto s1 = value_of(sums.first);
    const auto s2 = value_of(sums.second);
    const auto s3 = value_of(sums.third);
    const auto s4 = value_of(sums.fourth);
    const big_integer s1_squared = s1 * s1;

    // The central moments m2, m3, m4, times n^2, n^3, n^4.
    const big_integer c2 = n * s2 - s1_squared;
    if (c2 == 0) {
        constexpr auto undefined = std::numeric_limits<double>::quiet_NaN();
        return {.deviation = 0, .skewness = undefined, .kurtosis = undefined};
    }
    const big_integer c3 = n * (n * s3 - 3 * s1 * s2) + 2 * s1_squared * s1;
    const big_integer c4 =
        n * (n * (n * s4 - 4 * s1 * s3) + 6 * s1_squared * s2) - 3 * s1_squared * s1_squared;
    const big_integer c2_squared = c2 * c2;
    const big_integer excess = c4 - 3 * c2_squared;
    const big_integer variance_divisor = n * (n - 1);

    const real spread = sqrt(real{c2});
    const real deviation = sqrt(real{c2} / real{variance_divisor}) / ticks_per_second;
    const real skewness = real{c3} / (real{c2} * spread);
    const real kurtosis = real{excess} / real{c2_squared};
    return {.deviation = deviation.convert_to<double>(),
            .skewness = skewness.convert_to<double>(),
            .kurtosis = kurtosis.convert_to<double>()};
}

} // namespace traffic

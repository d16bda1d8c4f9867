// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "iat_sums.hpp"

namespace traffic {

/// Spread and shape of the inter-arrival times of one interval.
struct iat_moments {
    double deviation = 0; // seconds; of the sample, with n - 1
    double skewness = 0;  // of the population; not a number if all times are equal
    double kurtosis = 0;  // of the population, excess; not a number if all times are equal
};

/// The moments of `count` times; all 0 for fewer than two.
///
/// The central moments are differences of integers, formed exactly, so nothing cancels; the only
/// roundings are those of the last division and root, in 113 bits, and to double.
[[nodiscard]] iat_moments moments(const iat_sums& sums, std::uint64_t count,
                                  std::int64_t ticks_per_second);

} // namespace traffic

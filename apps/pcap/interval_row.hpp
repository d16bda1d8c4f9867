// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>

#include "address_spread.hpp"
#include "iat_moments.hpp"
#include "interval_counts.hpp"

namespace traffic {

/// The finished numbers of one closed interval.
struct interval_row {
    std::int64_t end = 0; // time of the packet that closed it, ticks since 1970
    interval_counts counts;
    address_spread sources;
    address_spread destinations;
    wide_sum iat_sum; // ticks
    iat_moments iat;
};

/// Where and in which unit the interval ended.
struct interval_end {
    std::int64_t time = 0;
    std::int64_t ticks_per_second = 0;
};

/// Everything counted in an interval, or in a part of one; parts add up exactly, in any order.
struct interval_part {
    interval_counts counts;
    iat_sums iat;
    std::vector<address_count> sources;
    std::vector<address_count> destinations;
};

[[nodiscard]] interval_row finish(const interval_part& whole, interval_end end);

} // namespace traffic

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "int128.hpp"
#include "wide_sum.hpp"

namespace traffic {

/// Sums of the first four powers of inter-arrival times (IAT), in ticks.
///
/// Exact, so that parts of an interval can be added in any order with bit-identical results. In
/// 128 bits the fourth powers would overflow once an IAT exceeds about 2^24 ticks.
struct iat_sums {
    wide_sum first;
    wide_sum second;
    wide_sum third;
    wide_sum fourth;

    void add(std::int64_t ticks);
    void add(const iat_sums& other);
};

/// The same sums in 128 bits, for the inner loop.
///
/// Bounds    takes only IATs with fits(), and at most 2^30 of them: 4 * 24 + 30 < 127.
struct small_iat_sums {
    std::int64_t first = 0;
    std::uint64_t second = 0;
    int128 third = 0;
    uint128 fourth = 0;

    [[nodiscard]] static bool fits(std::int64_t ticks) noexcept {
        constexpr std::int64_t limit = std::int64_t{1} << 24;
        return ticks > -limit && ticks < limit;
    }

    void add(std::int64_t ticks) noexcept {
        const auto square = ticks * ticks;
        first += ticks;
        second += static_cast<std::uint64_t>(square);
        third += int128{square} * ticks;
        fourth += static_cast<uint128>(int128{square} * square);
    }

    void add_to(iat_sums& sums) const;
};

} // namespace traffic

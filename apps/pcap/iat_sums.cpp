// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "iat_sums.hpp"

#include "big_integer.hpp"

namespace traffic {

void iat_sums::add(std::int64_t ticks) {
    const big_integer value{ticks};
    const auto square = value * value;
    first.add(int128{ticks});
    second.add(as_wide_sum(square));
    third.add(as_wide_sum(square * value));
    fourth.add(as_wide_sum(square * square));
}

void iat_sums::add(const iat_sums& other) {
    first.add(other.first);
    second.add(other.second);
    third.add(other.third);
    fourth.add(other.fourth);
}

void small_iat_sums::add_to(iat_sums& sums) const {
    sums.first.add(int128{first});
    sums.second.add(int128{second});
    sums.third.add(third);
    sums.fourth.add(static_cast<int128>(fourth));
}

} // namespace traffic

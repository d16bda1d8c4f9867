// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "wide_sum.hpp"

#include <ranges>

#include "big_integer.hpp"

namespace traffic {

wide_sum wide_sum::negated() const noexcept {
    wide_sum result;
    bool carry = true;
    for (std::size_t i = 0; i < words.size(); ++i) {
        result.words[i] = ~words[i] + (carry ? 1 : 0);
        carry = carry && result.words[i] == 0;
    }
    return result;
}

void wide_sum::add(const wide_sum& other) {
    uint128 carry = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        carry += uint128{words[i]} + other.words[i];
        words[i] = static_cast<std::uint64_t>(carry);
        carry >>= 64;
    }
}

void wide_sum::add(int128 value) {
    const auto low = static_cast<std::uint64_t>(value);
    const auto high = static_cast<std::uint64_t>(static_cast<uint128>(value) >> 64);
    const std::uint64_t sign = value < 0 ? ~std::uint64_t{0} : 0;
    add(wide_sum{{low, high, sign, sign, sign}});
}

big_integer value_of(const wide_sum& sum) {
    const auto magnitude = sum.is_negative() ? sum.negated() : sum;
    big_integer result;
    for (const auto word : magnitude.words | std::views::reverse) {
        result <<= 64;
        result |= word;
    }
    return sum.is_negative() ? -result : result;
}

wide_sum as_wide_sum(const big_integer& value) {
    wide_sum result;
    const big_integer magnitude = abs(value);
    boost::multiprecision::export_bits(magnitude, result.words.begin(), 64, false);
    return value < 0 ? result.negated() : result;
}

} // namespace traffic

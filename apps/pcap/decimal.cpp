// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "decimal.hpp"

#include <cstddef>
#include <ranges>
#include <utility>

#include "big_integer.hpp"

namespace traffic {

namespace {

constexpr std::size_t significant_digits = 28;

/// A number of digits with the point `decimals` places from the right.
std::string with_point(std::string digits, std::size_t decimals) {
    if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
    if (decimals > 0) digits.insert(digits.size() - decimals, 1, '.');
    return digits;
}

/// Adds one to a decimal number, which may grow by a digit.
void increment(std::string& digits) {
    for (auto& digit : digits | std::views::reverse) {
        if (digit != '9') {
            digit = static_cast<char>(digit + 1);
            return;
        }
        digit = '0';
    }
    digits.insert(0, 1, '1');
}

} // namespace

std::string seconds_text(std::int64_t ticks, int decimals) {
    return mean_seconds_text(wide_sum{{static_cast<std::uint64_t>(ticks)}}, 1, decimals);
}

std::string mean_seconds_text(const wide_sum& sum, std::uint64_t count, int decimals) {
    if (count == 0) return "0";
    const auto value = value_of(sum.is_negative() ? sum.negated() : sum);

    // Long division: whole ticks first, then digit by digit.
    big_integer remainder = value % count;
    const big_integer whole = value / count;
    std::string digits = whole == 0 ? "" : whole.str();
    auto places = static_cast<std::size_t>(decimals);
    while (remainder != 0 && digits.size() < significant_digits) {
        remainder *= 10;
        const auto digit = static_cast<unsigned>(remainder / count);
        remainder %= count;
        if (digit != 0 || !digits.empty()) digits.push_back(static_cast<char>('0' + digit));
        places += 1;
    }
    remainder *= 2;
    const bool odd = !digits.empty() && (digits.back() - '0') % 2 == 1;
    if (remainder > count || (remainder == count && odd)) increment(digits);
    auto text = with_point(std::move(digits), places);
    if (sum.is_negative()) text.insert(0, 1, '-');
    return text;
}

} // namespace traffic

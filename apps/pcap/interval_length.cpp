// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "interval_length.hpp"

#include <algorithm>
#include <charconv>

namespace traffic {

namespace {

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

} // namespace

std::optional<interval_length> interval_length::parse(std::string_view text) {
    const auto point = std::min(text.find('.'), text.size());
    const auto whole = text.substr(0, point);
    const auto fraction = text.substr(std::min(point + 1, text.size()));
    const auto has_value = [](std::string_view digits) {
        return std::ranges::any_of(digits, [](char digit) { return digit != '0'; });
    };
    if (whole.size() > max_whole_digits || fraction.size() > max_decimals) return std::nullopt;
    if (!std::ranges::all_of(whole, is_digit)) return std::nullopt;
    if (!std::ranges::all_of(fraction, is_digit)) return std::nullopt;
    if (!has_value(whole) && !has_value(fraction)) return std::nullopt;
    interval_length length;
    length.text_ = text;
    length.whole_ = whole;
    length.fraction_ = fraction;
    return length;
}

std::int64_t interval_length::ticks(int decimals_per_tick) const {
    const auto kept = static_cast<std::size_t>(decimals_per_tick);
    auto digits = fraction_.substr(0, kept);
    digits.append(kept - digits.size(), '0');
    digits.insert(0, whole_);
    std::int64_t value = 0;
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool exact = std::ranges::all_of(fraction_.substr(std::min(kept, fraction_.size())),
                                           [](char digit) { return digit == '0'; });
    return exact ? value : value + 1;
}

} // namespace traffic

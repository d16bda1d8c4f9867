// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace traffic {

/// The length of an interval in seconds, kept exactly as it was written.
class interval_length {
public:
    static constexpr std::size_t max_whole_digits = 9; // 31 years, and no overflow in nanoseconds
    static constexpr std::size_t max_decimals = 18;

    /// Reads digits with at most one decimal point, such as "10", "0.25" or ".5"; nullopt for
    /// anything else, for zero, and for more digits than the limits above.
    [[nodiscard]] static std::optional<interval_length> parse(std::string_view text);

    /// The smallest number of ticks that is at least this long: since times are whole ticks,
    /// "elapsed >= length" and "elapsed >= ticks" say the same.
    [[nodiscard]] std::int64_t ticks(int decimals_per_tick) const;

    /// As it was written.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
    std::string whole_;    // digits in front of the point
    std::string fraction_; // digits behind it
};

} // namespace traffic

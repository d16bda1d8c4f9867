// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/kernel_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace tandem::runtime {

std::optional<std::uint64_t> leading_number(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    return number;
}

std::optional<std::uint64_t> number_of(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        auto line = take_up_to(text, '\n');
        if (!line.starts_with(key)) continue;
        line.remove_prefix(key.size());
        if (line.starts_with(':')) line.remove_prefix(1);
        if (line.starts_with(' ') || line.starts_with('\t')) return leading_number(line);
    }
    return std::nullopt;
}

std::string_view take_up_to(std::string_view& rest, char separator) {
    const auto taken = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(taken.size() + 1, rest.size()));
    return taken;
}

std::string bytes_in_words(std::uint64_t bytes) {
    constexpr std::array<const char*, 5> units{" KiB", " MiB", " GiB", " TiB", " PiB"};
    if (bytes < 1024) return std::to_string(bytes) + " bytes";
    auto amount = static_cast<double>(bytes) / 1024;
    std::size_t unit = 0;
    for (; amount >= 1024 && unit + 1 < units.size(); ++unit) amount /= 1024;
    std::array<char, 32> text{};
    const int digits = amount < 10 ? 1 : 0;
    const auto written = std::to_chars(text.data(), text.data() + text.size(), amount,
                                       std::chars_format::fixed, digits);
    return std::string{text.data(), written.ptr} + units[unit];
}

} // namespace tandem::runtime

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "port_sets.hpp"

#include <algorithm>
#include <bit>

namespace traffic {

void port_sets::add(std::span<const std::uint64_t> words) noexcept {
    const auto known = std::min(words.size(), words_.size());
    for (std::size_t i = 0; i < known; ++i) words_[i] |= words[i];
}

std::uint64_t port_sets::count(set which) const noexcept {
    std::uint64_t ports = 0;
    for (std::size_t i = 0; i < words_per_set; ++i) {
        ports += static_cast<std::uint64_t>(std::popcount(words_[which * words_per_set + i]));
    }
    return ports;
}

std::vector<std::uint64_t> port_sets::words() const {
    const auto is_empty = [](std::uint64_t word) { return word == 0; };
    if (std::ranges::all_of(words_, is_empty)) return {};
    return {words_.begin(), words_.end()};
}

} // namespace traffic

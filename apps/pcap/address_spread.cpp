// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "address_spread.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace traffic {

namespace {

/// How many addresses occurred `count` times each.
struct multiplicity {
    std::uint32_t count;
    std::uint32_t addresses;
};

/// The distinct counts in ascending order: few, and the same for every split of the interval.
std::vector<multiplicity> multiplicities(std::span<const address_count> entries) {
    std::array<std::uint32_t, 1024> small{}; // most counts: no need to sort those
    std::vector<std::uint32_t> large;
    for (const auto& entry : entries) {
        if (entry.count < small.size()) {
            small[entry.count] += 1;
        } else {
            large.push_back(entry.count);
        }
    }
    std::vector<multiplicity> result;
    for (std::uint32_t count = 1; count < small.size(); ++count) {
        if (small[count] > 0) result.push_back({count, small[count]});
    }
    std::ranges::sort(large);
    for (const auto count : large) {
        if (result.empty() || result.back().count != count) result.push_back({count, 0});
        result.back().addresses += 1;
    }
    return result;
}

} // namespace

address_spread spread(std::span<const address_count> entries) {
    if (entries.empty()) return {};
    const auto counts = multiplicities(entries);
    std::uint64_t total = 0;
    std::uint64_t squares = 0;
    for (const auto [count, addresses] : counts) {
        total += std::uint64_t{count} * addresses;
        squares += std::uint64_t{count} * count * addresses;
    }
    const auto n = static_cast<double>(total);
    double entropy = 0;
    for (const auto [count, addresses] : counts) {
        const auto share = count / n;
        entropy -= addresses * share * std::log2(share);
    }
    const auto distinct = entries.size();
    return {.distinct = distinct,
            .f2 = static_cast<double>(squares) / (n * n),
            .entropy = distinct < 2 ? 0 : entropy / std::log2(static_cast<double>(distinct))};
}

} // namespace traffic

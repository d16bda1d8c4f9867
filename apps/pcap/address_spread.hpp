// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>

#include "address_table.hpp"

namespace traffic {

/// How the packets of an interval spread over addresses.
struct address_spread {
    std::uint64_t distinct = 0;
    double f2 = 0;      // sum of squared counts over the square of their sum: 1/n ... 1
    double entropy = 0; // of the counts, over that of equal counts: 0 ... 1; 0 below two addresses

    bool operator==(const address_spread&) const = default;
};

/// The same result for any order of `entries`, to the last bit.
[[nodiscard]] address_spread spread(std::span<const address_count> entries);

} // namespace traffic

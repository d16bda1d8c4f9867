// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>

#include "int128.hpp"

namespace traffic {

/// A signed sum that cannot overflow here: 320 bits in two's complement, lowest word first.
///
/// Bounds    the fourth power of the longest time between two packets, 2^32 s in nanoseconds, has
///           248 bits; 2^32 of them need 280.
struct wide_sum {
    std::array<std::uint64_t, 5> words{};

    void add(int128 value);
    void add(const wide_sum& other);

    [[nodiscard]] bool is_negative() const noexcept { return (words.back() >> 63) != 0; }
    [[nodiscard]] wide_sum negated() const noexcept;
};

} // namespace traffic

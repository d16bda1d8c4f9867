// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace tandem::test {

/// Bytes that repeat after a prime number of them, so that no block of them can take the place of
/// another one.
inline std::vector<std::byte> pattern(std::size_t bytes) {
    constexpr std::size_t period = 65'537;
    std::vector<std::byte> made(bytes);
    for (std::size_t i = 0; i < std::min(bytes, period); ++i)
        made[i] = static_cast<std::byte>(i * 31 + (i >> 8));
    for (std::size_t done = period; done < bytes; done += period)
        std::copy_n(made.begin(), std::min(period, bytes - done),
                    made.begin() + static_cast<std::ptrdiff_t>(done));
    return made;
}

} // namespace tandem::test

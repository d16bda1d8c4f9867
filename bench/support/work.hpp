// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

/// Work for the processor alone, some 2 ns a step: each step needs the one before.
[[gnu::noinline]] inline std::uint32_t work(std::uint32_t steps) {
    std::uint32_t x = steps | 1;
    for (std::uint32_t i = 0; i < steps; ++i) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
    }
    return x;
}

inline std::vector<std::uint32_t> results_of(const std::vector<std::uint32_t>& steps) {
    std::vector<std::uint32_t> results;
    results.reserve(steps.size());
    for (const std::uint32_t s : steps) results.push_back(work(s));
    return results;
}

} // namespace bench

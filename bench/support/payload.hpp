// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "report.hpp"

namespace bench {

constexpr std::size_t doubles_per_array = std::size_t{2} << 20;
constexpr std::size_t bytes_per_array = doubles_per_array * sizeof(double);
constexpr std::size_t array_count = 64;

/// Whole numbers, so that sums are exact. The first tells the arrays apart.
inline void fill_array(std::span<double> array, std::size_t index) {
    for (std::size_t i = 0; i < array.size(); ++i) array[i] = static_cast<double>(i % 1024 + index);
}
inline double expected_sum(std::size_t index) {
    constexpr double of_one_cycle = 1023.0 * 1024 / 2;
    constexpr double cycles = static_cast<double>(doubles_per_array) / 1024;
    return cycles * of_one_cycle + static_cast<double>(doubles_per_array * index);
}

inline std::vector<std::vector<double>> arrays() {
    std::vector<std::vector<double>> all(array_count, std::vector<double>(doubles_per_array));
    for (std::size_t i = 0; i < all.size(); ++i) fill_array(all[i], i);
    return all;
}

/// Eight sums side by side: one alone would wait for each addition, and be slower than the memory.
inline double sum(std::span<const double> values) {
    std::array<double, 8> sums{};
    for (std::size_t i = 0; i + sums.size() <= values.size(); i += sums.size())
        for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += values[i + k];
    double total = 0;
    for (const double part : sums) total += part;
    return total;
}

/// Runs `sums() -> the sum of each array, in order` once untimed, then again and again for half a
/// second.
template <class Sums>
void report_payload(const char* engine, Sums sums) {
    const auto seconds_of_one_run = [&] {
        const stopwatch watch;
        const std::vector<double> found = sums();
        const double seconds = watch.seconds();
        require(found.size() == array_count, "number of sums");
        for (std::size_t i = 0; i < array_count; ++i)
            require(found[i] == expected_sum(i), "a sum, or its place");
        return seconds;
    };
    (void)seconds_of_one_run();

    double bytes = 0;
    double seconds = 0;
    for (; seconds < 0.5; bytes += array_count * bytes_per_array) seconds += seconds_of_one_run();
    report({"payload", engine, "GB/s", bytes / seconds / 1e9});
}

} // namespace bench

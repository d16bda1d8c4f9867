// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <vector>

#include "report.hpp"
#include "task.hpp"

namespace bench {

/// Values far below 2^31 / 3, so that `task` cannot overflow.
inline std::vector<int> items(std::size_t count) {
    std::vector<int> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<int>(i) + 1;
    return values;
}

/// Runs `map(items) -> results in input order` twice untimed, so that the workers are connected and
/// the pages of the results are warm, then again and again for a quarter of a second; checks every
/// result and reports.
template <class Map>
void report_dispatch(const char* question, const char* engine, std::size_t count, Map&& map) {
    const auto input = items(count);
    const auto seconds_of_one_map = [&] {
        const stopwatch watch;
        const std::vector<int> results = map(input);
        const double seconds = watch.seconds();
        require(results.size() == count, "number of results");
        for (std::size_t i = 0; i < count; ++i) {
            require(results[i] == task(input[i]), "a result, or its place");
        }
        return seconds;
    };
    (void)seconds_of_one_map();
    (void)seconds_of_one_map();

    double done = 0;
    double seconds = 0;
    for (; seconds < 0.25; done += static_cast<double>(count)) seconds += seconds_of_one_map();
    report({question, engine, "items/s", done / seconds});
}

} // namespace bench

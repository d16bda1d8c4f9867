// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "report.hpp"
#include "work.hpp"

namespace bench {

/// Runs 200 tasks of half a millisecond with one worker and with two, in turn.
/// `map(workers, steps)` returns work(s) for each, in order.
template <class Map>
void report_speed_up(const char* engine, Map map) {
    std::vector<std::uint32_t> steps(200);
    for (std::size_t i = 0; i < steps.size(); ++i)
        steps[i] = 250'000 + static_cast<std::uint32_t>(i);
    const auto expected = results_of(steps);
    const auto seconds_with = [&](int workers) {
        const stopwatch watch;
        const std::vector<std::uint32_t> results = map(workers, steps);
        const double seconds = watch.seconds();
        require(results == expected, "a result, or its place");
        return seconds;
    };

    std::vector<double> alone;
    std::vector<double> together;
    (void)seconds_with(1);
    (void)seconds_with(2);
    for (int i = 0; i < 5; ++i) {
        alone.push_back(seconds_with(1));
        together.push_back(seconds_with(2));
    }
    report({"scaling_even", engine, "x", quantile(alone, 0.5) / quantile(together, 0.5)});
}

} // namespace bench

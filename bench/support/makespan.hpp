// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <time.h>

#include <cmath>

#include "report.hpp"
#include "work.hpp"

namespace bench {

/// What a task of `scaling_uneven` returns. It measures its own processor time, so that the bound
/// holds for the work as it was done: two busy processors are slower than one.
struct timed_result {
    std::uint32_t value;
    double seconds;
};

inline double processor_seconds() {
    ::timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

inline timed_result timed_work(std::uint32_t steps) {
    const double began = processor_seconds();
    const std::uint32_t value = work(steps);
    return {value, processor_seconds() - began};
}

constexpr double all_steps = 100e6; // some 0.2 s on one processor

/// `count` tasks that share `steps`: the k-th largest gets a share in proportion to k^-exponent.
/// The order is mixed, but always the same.
inline std::vector<std::uint32_t> uneven_tasks(std::size_t count, double exponent, double steps) {
    constexpr std::size_t prime = 7'919;
    std::vector<double> weights(count);
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t rank = (i * prime + count / 2) % count + 1;
        weights[i] = std::pow(static_cast<double>(rank), -exponent);
        sum += weights[i];
    }
    std::vector<std::uint32_t> tasks;
    tasks.reserve(count + 1);
    for (const double weight : weights)
        tasks.push_back(static_cast<std::uint32_t>(weight / sum * steps));
    return tasks;
}

/// The tasks of `scaling_uneven`: 63, and behind them one with 30 % of all work.
inline std::vector<std::uint32_t> large_task_last() {
    auto tasks = uneven_tasks(63, 1, 0.7 * all_steps);
    tasks.push_back(static_cast<std::uint32_t>(0.3 * all_steps));
    return tasks;
}
/// The tasks of `scaling_uneven_many`: 2,000, the largest 45 times the smallest and 1 % of all.
inline std::vector<std::uint32_t> many_tasks() { return uneven_tasks(2'000, 0.5, all_steps); }

/// One run of `map(steps) -> timed_work(s) for each, in order`: its wall time, divided by the least
/// that is possible with two workers.
template <class Map>
double makespan(const std::vector<std::uint32_t>& steps, const std::vector<std::uint32_t>& expected,
                Map& map) {
    const stopwatch watch;
    const std::vector<timed_result> results = map(steps);
    const double wall = watch.seconds();
    require(results.size() == expected.size(), "number of results");
    double all = 0;
    double longest = 0;
    for (std::size_t i = 0; i < results.size(); ++i) {
        require(results[i].value == expected[i], "a result, or its place");
        all += results[i].seconds;
        longest = std::max(longest, results[i].seconds);
    }
    return wall / std::max(all / 2, longest);
}

template <class Map>
void report_makespan(const char* question, const char* engine,
                     const std::vector<std::uint32_t>& steps, Map& map) {
    const auto expected = results_of(steps);
    (void)makespan(steps, expected, map);
    std::vector<double> found(3);
    for (double& m : found) m = makespan(steps, expected, map);
    report({question, engine, "x bound", quantile(found, 0.5)});
}

template <class Map>
void report_makespans(const char* engine, Map map) {
    report_makespan("scaling_uneven", engine, large_task_last(), map);
    report_makespan("scaling_uneven_many", engine, many_tasks(), map);
}

} // namespace bench

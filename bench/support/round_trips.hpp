// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <thread>
#include <vector>

#include "report.hpp"
#include "task.hpp"

namespace bench {

struct round_trip_counts {
    int warm_up = 1'000;
    int busy = 20'000;
    int idle = 250;
    std::chrono::milliseconds pause{2}; // before each idle one: longer than anybody spins
};

/// Microseconds that `round_trip(x)` took; the answer is checked outside the measured time.
template <class RoundTrip>
double timed(RoundTrip& round_trip, int x) {
    const stopwatch watch;
    const int answer = round_trip(x);
    const double microseconds = watch.seconds() * 1e6;
    require(answer == task(x), "the answer to a round trip");
    return microseconds;
}

/// Measures one task there and back, first back to back (`latency`), then each after a pause in
/// which everybody has gone to sleep (`latency_idle`).
template <class RoundTrip>
void report_round_trips(const char* engine, RoundTrip round_trip, round_trip_counts counts = {}) {
    for (int i = 0; i < counts.warm_up; ++i) (void)timed(round_trip, i);

    std::vector<double> busy;
    busy.reserve(static_cast<std::size_t>(counts.busy));
    for (int i = 0; i < counts.busy; ++i) busy.push_back(timed(round_trip, i));
    report({"latency_p50", engine, "us", quantile(busy, 0.50)});
    report({"latency_p99", engine, "us", quantile(busy, 0.99)});

    std::vector<double> idle;
    idle.reserve(static_cast<std::size_t>(counts.idle));
    for (int i = 0; i < counts.idle; ++i) {
        std::this_thread::sleep_for(counts.pause);
        idle.push_back(timed(round_trip, i));
    }
    report({"latency_idle_p50", engine, "us", quantile(idle, 0.50)});
    report({"latency_idle_p99", engine, "us", quantile(idle, 0.99)});
}

} // namespace bench

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <thread>

#include "support/futex_word.hpp"
#include "support/processes.hpp"
#include "support/report.hpp"

namespace bench {

/// `pair()` locks, calls what it is given, and unlocks.
template <class Pair>
void report_uncontended_lock(const char* engine, const Pair& pair) {
    constexpr int rounds = 5'000'000;
    int sum = 0;
    const auto run = [&](int count) {
        for (int i = 0; i < count; ++i) pair([&] { ++sum; });
    };
    run(rounds / 20);
    const stopwatch time;
    run(rounds);
    const double seconds = time.seconds();
    require(sum == rounds + rounds / 20, "the number of rounds");
    report({"lock", engine, "ns", seconds * 1e9 / rounds});
}

/// What two sides share that count under one lock.
struct contest {
    futex_word ready;
    futex_word go;
    futex_word done;
    alignas(64) int sum = 0;
};
inline constexpr int contest_rounds = 500'000; // of each side

template <class Pair>
void count_in_contest(contest& both, const Pair& pair) {
    for (int i = 0; i < contest_rounds; ++i) pair([&] { ++both.sum; });
}

/// The other side's part.
template <class Pair>
void take_part(contest& both, const Pair& pair) {
    both.ready.set(1);
    both.go.wait_until(1);
    count_in_contest(both, pair);
    both.done.set(1);
}

template <class Pair>
void report_contest(const char* engine, contest& both, const Pair& pair) {
    both.ready.wait_until(1);
    const stopwatch time;
    both.go.set(1);
    count_in_contest(both, pair);
    both.done.wait_until(1);
    const double seconds = time.seconds();
    require(both.sum == 2 * contest_rounds, "two sides count under one lock");
    report({"lock_contended", engine, "ns", seconds * 1e9 / (2.0 * contest_rounds)});
}

/// Both figures of a lock that two processes share.
template <class Pair>
void report_lock(const char* engine, const Pair& pair) {
    report_uncontended_lock(engine, pair);
    const shared<contest> both;
    const child other{[&] { take_part(*both, pair); }};
    report_contest(engine, *both, pair);
}

} // namespace bench

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to lock and unlock?
// Engine    std::mutex, the limit: it works within one process only, so two threads contend.
// Reported  nanoseconds per pair: `lock` while nobody else wants it, `lock_contended` while two
//           sides lock and unlock in a loop.

#include <mutex>
#include <thread>

#include "support/lock.hpp"

int main() {
    std::mutex mutex;
    const auto pair = [&](auto held) {
        const std::lock_guard guard{mutex};
        held();
    };
    // A program with a second thread: glibc locks without atomic operations before there is one.
    bench::contest both;
    const std::jthread other{[&] { bench::take_part(both, pair); }};
    bench::report_contest("std_mutex", both, pair);
    bench::report_uncontended_lock("std_mutex", pair);
}

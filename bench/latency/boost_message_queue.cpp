// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long is one task under way, there and back, p50 and p99?
// Engine    two Boost.Interprocess message queues and one worker process.
// Reported  microseconds: `latency` back to back, `latency_idle` each after a pause of 2 ms.

#include "support/boost_message_queue.hpp"
#include "support/processes.hpp"
#include "support/round_trips.hpp"

int main() {
    bench::anonymous_queue<int> there{"there"};
    bench::anonymous_queue<int> back{"back"};
    const bench::child worker{[&] {
        for (;;) back.push(bench::task(there.pop()));
    }};

    bench::report_round_trips("boost_message_queue", [&](int x) {
        there.push(x);
        return back.pop();
    });
}

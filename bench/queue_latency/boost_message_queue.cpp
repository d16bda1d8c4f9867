// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long is a record of 64 bytes under way, there and back, p50 and p99?
// Engine    two Boost.Interprocess message queues and one process.
// Reported  microseconds, back to back.

#include "support/boost_message_queue.hpp"
#include "support/queue.hpp"

int main() {
    bench::anonymous_queue<bench::small_record> there{"there"};
    bench::anonymous_queue<bench::small_record> back{"back"};
    const bench::child echo{[&] {
        for (;;) back.push(there.pop());
    }};
    bench::report_queue_latency("boost_message_queue", 20'000, [&](bench::small_record& record) {
        there.push(record);
        back.pop_into(record);
    });
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long is a record of 64 bytes under way, there and back, p50 and p99?
// Engine    two POSIX message queues and one process.
// Reported  microseconds, back to back.

#include "support/posix_mq.hpp"
#include "support/queue.hpp"

int main() {
    bench::posix_queue<bench::small_record> there{"there"};
    bench::posix_queue<bench::small_record> back{"back"};
    const bench::child echo{[&] {
        for (bench::small_record record;;) {
            there.pop(record);
            back.push(record);
        }
    }};
    bench::report_queue_latency("posix_mq", 20'000, [&](bench::small_record& record) {
        there.push(record);
        back.pop(record);
    });
}

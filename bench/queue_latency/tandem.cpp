// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long is a record of 64 bytes under way, there and back, p50 and p99?
// Engine    two tandem::queues and one process.
// Reported  microseconds, back to back.

#include <tandem/bootstrap.hpp>
#include <tandem/queue.hpp>

#include "support/queue.hpp"

int main() {
    tandem::bootstrap();
    tandem::queue<bench::small_record> there;
    tandem::queue<bench::small_record> back;
    const bench::child echo{[&] {
        for (;;) back.push(there.pop());
    }};
    bench::report_queue_latency("tandem", 100'000, [&](bench::small_record& record) {
        there.push(record);
        record = back.pop();
    });
}

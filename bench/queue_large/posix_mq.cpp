// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do records of 1 MiB go from one process to another?
// Engine    a POSIX message queue of 8 records.
// Reported  bytes of the records per second of wall time, 10^9.

#include "support/posix_mq.hpp"
#include "support/queue.hpp"

int main() {
    bench::posix_queue<bench::large_record> queue{"records", 8};
    const auto make_push = [&] {
        return [&](const bench::large_record& record) { queue.push(record); };
    };
    const auto make_pop = [&] { return [&](bench::large_record& record) { queue.pop(record); }; };
    bench::report_large("posix_mq", 1'000, make_push, make_pop);
}

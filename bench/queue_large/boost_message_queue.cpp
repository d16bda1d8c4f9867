// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do records of 1 MiB go from one process to another?
// Engine    a Boost.Interprocess message queue of 8 records.
// Reported  bytes of the records per second of wall time, 10^9.

#include "support/boost_message_queue.hpp"
#include "support/queue.hpp"

int main() {
    bench::anonymous_queue<bench::large_record> queue{"records", 8};
    const auto make_push = [&] {
        return [&](const bench::large_record& record) { queue.push(record); };
    };
    const auto make_pop = [&] {
        return [&](bench::large_record& record) { queue.pop_into(record); };
    };
    bench::report_large("boost_message_queue", 4'000, make_push, make_pop);
}

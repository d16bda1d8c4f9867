// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do records of 64 bytes go from two processes to two others?
// Engine    a POSIX message queue of 10 records, the default of Linux.
// Reported  records per second.

#include "support/posix_mq.hpp"
#include "support/queue.hpp"

int main() {
    bench::posix_queue<bench::small_record> queue{"records"};
    const auto make_push = [&] {
        return [&](const bench::small_record& record) { queue.push(record); };
    };
    const auto make_pop = [&] { return [&](bench::small_record& record) { queue.pop(record); }; };
    bench::report_small("queue_mpmc", "posix_mq", {2, 2, 300'000}, make_push, make_pop);
}

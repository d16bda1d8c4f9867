// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do records of 64 bytes go from two processes to two others?
// Engine    a Boost.Interprocess message queue of 4096 records.
// Reported  records per second.

#include "support/boost_message_queue.hpp"
#include "support/queue.hpp"

int main() {
    bench::anonymous_queue<bench::small_record> queue{"records", 4096};
    const auto make_push = [&] {
        return [&](const bench::small_record& record) { queue.push(record); };
    };
    const auto make_pop = [&] {
        return [&](bench::small_record& record) { queue.pop_into(record); };
    };
    bench::report_small("queue_mpmc", "boost_message_queue", {2, 2, 1'000'000}, make_push,
                        make_pop);
}

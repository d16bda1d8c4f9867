// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do records of 64 bytes go from one process to another?
// Engine    tandem::queue, one record at a time.
// Reported  records per second.

#include <tandem/bootstrap.hpp>
#include <tandem/queue.hpp>

#include "support/queue.hpp"

int main() {
    tandem::bootstrap();
    tandem::queue<bench::small_record> queue;
    const auto make_push = [&] {
        return [&](const bench::small_record& record) { queue.push(record); };
    };
    const auto make_pop = [&] {
        return [&](bench::small_record& record) { record = queue.pop(); };
    };
    bench::report_small("queue_small", "tandem", {1, 1, 10'000'000}, make_push, make_pop);
}

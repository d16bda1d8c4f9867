// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do records of 1 MiB go from one process to another?
// Engine    tandem::queue of 8 MiB; a record is copied in and out.
// Reported  bytes of the records per second of wall time, 10^9.

#include <tandem/bootstrap.hpp>
#include <tandem/queue.hpp>

#include "support/queue.hpp"

int main() {
    tandem::bootstrap();
    tandem::queue<bench::large_record> queue{{.bytes = std::size_t{8} << 20}};
    const auto make_push = [&] {
        return [&](const bench::large_record& record) { queue.push(record); };
    };
    const auto make_pop = [&] {
        return [&](bench::large_record& record) { queue.pop_into(record); };
    };
    bench::report_large("tandem", 8'000, make_push, make_pop);
}

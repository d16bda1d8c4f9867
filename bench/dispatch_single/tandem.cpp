// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to hand out items one by one? A map of int to int, items a second.
// Engine    tandem::pool of two workers, a chunk for each item.
// Reported  items per second of wall time; the workers run before the measurement.

#include <tandem/bootstrap.hpp>
#include <tandem/pool.hpp>

#include "support/dispatch.hpp"

int main() {
    tandem::bootstrap();
    const tandem::pool pool{{.processes = 2}};
    bench::report_dispatch("dispatch_single", "tandem", 2'000'000,
                           [&](const std::vector<int>& items) {
                               return pool.with({.chunk_size = 1}).map(bench::task, items);
                           });
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to hand out items one by one? A map of int to int, items a second.
// Engine    OpenMP, schedule(dynamic, 1): two threads of one process, no isolation.
// Reported  items per second of wall time.

#include "support/dispatch.hpp"

int main() {
    bench::report_dispatch("dispatch_single", "openmp", 2'000'000,
                           [](const std::vector<int>& items) {
                               std::vector<int> results(items.size());
#pragma omp parallel for num_threads(2) schedule(dynamic, 1)
                               for (std::size_t i = 0; i < items.size(); ++i)
                                   results[i] = bench::task(items[i]);
                               return results;
                           });
}

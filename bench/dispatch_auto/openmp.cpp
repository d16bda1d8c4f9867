// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast is a map of int to int, when each engine cuts the items as it likes?
// Engine    OpenMP, its own schedule: two threads of one process, no isolation.
// Reported  items per second of wall time.

#include "support/dispatch.hpp"

int main() {
    bench::report_dispatch("dispatch_auto", "openmp", 4'000'000, [](const std::vector<int>& items) {
        std::vector<int> results(items.size());
#pragma omp parallel for num_threads(2)
        for (std::size_t i = 0; i < items.size(); ++i) results[i] = bench::task(items[i]);
        return results;
    });
}

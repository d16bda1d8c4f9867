// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long do uneven tasks take on two workers, beside the best that is possible? The
//           bound is half of all processor time, or the longest task.
// Engine    OpenMP, schedule(dynamic): two threads of one process, no isolation.
// Reported  `scaling_uneven`: wall time divided by the bound, for 64 tasks of which the last has
//           30 % of all work. `scaling_uneven_many`: for 2,000 uneven tasks.

#include "support/makespan.hpp"

int main() {
    bench::report_makespans("openmp", [](const std::vector<std::uint32_t>& steps) {
        std::vector<bench::timed_result> results(steps.size());
#pragma omp parallel for num_threads(2) schedule(dynamic)
        for (std::size_t i = 0; i < steps.size(); ++i) results[i] = bench::timed_work(steps[i]);
        return results;
    });
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long do uneven tasks take on two workers, beside the best that is possible? The
//           bound is half of all processor time, or the longest task.
// Engine    oneTBB parallel_for with its own partitioner: two threads of one process, no
//           isolation.
// Reported  `scaling_uneven`: wall time divided by the bound, for 64 tasks of which the last has
//           30 % of all work. `scaling_uneven_many`: for 2,000 uneven tasks.

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include "support/makespan.hpp"

int main() {
    namespace tbb = oneapi::tbb;
    const tbb::global_control two_threads{tbb::global_control::max_allowed_parallelism, 2};
    bench::report_makespans("onetbb", [](const std::vector<std::uint32_t>& steps) {
        std::vector<bench::timed_result> results(steps.size());
        tbb::parallel_for(std::size_t{0}, steps.size(),
                          [&](std::size_t i) { results[i] = bench::timed_work(steps[i]); });
        return results;
    });
}

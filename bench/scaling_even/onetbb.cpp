// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how much quicker are two workers than one, when the work only needs a processor?
// Engine    oneTBB parallel_for with its own partitioner: threads of one process, no isolation.
// Reported  wall time with one worker divided by that with two.

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include "support/speed_up.hpp"

int main() {
    namespace tbb = oneapi::tbb;
    bench::report_speed_up("onetbb", [](int workers, const std::vector<std::uint32_t>& steps) {
        std::vector<std::uint32_t> results(steps.size());
        tbb::task_arena arena{workers};
        arena.execute([&] {
            tbb::parallel_for(std::size_t{0}, steps.size(),
                              [&](std::size_t i) { results[i] = bench::work(steps[i]); });
        });
        return results;
    });
}

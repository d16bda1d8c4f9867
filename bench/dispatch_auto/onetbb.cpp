// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast is a map of int to int, when each engine cuts the items as it likes?
// Engine    oneTBB parallel_for with its own partitioner: two threads of one process, no
//           isolation.
// Reported  items per second of wall time.

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include "support/dispatch.hpp"

int main() {
    namespace tbb = oneapi::tbb;
    const tbb::global_control two_threads{tbb::global_control::max_allowed_parallelism, 2};
    bench::report_dispatch("dispatch_auto", "onetbb", 4'000'000, [](const std::vector<int>& items) {
        std::vector<int> results(items.size());
        tbb::parallel_for(std::size_t{0}, items.size(),
                          [&](std::size_t i) { results[i] = bench::task(items[i]); });
        return results;
    });
}

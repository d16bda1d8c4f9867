// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to hand out items one by one? A map of int to int, items a second.
// Engine    oneTBB parallel_for with grain 1 and the simple partitioner, so that each item is
//           a task of its own. Two threads of one process: no isolation, the price to compare with.
// Reported  items per second of wall time.

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>

#include "support/dispatch.hpp"

int main() {
    namespace tbb = oneapi::tbb;
    const tbb::global_control two_threads{tbb::global_control::max_allowed_parallelism, 2};
    bench::report_dispatch("dispatch_single", "onetbb", 2'000'000,
                           [](const std::vector<int>& items) {
                               std::vector<int> results(items.size());
                               tbb::parallel_for(
                                   tbb::blocked_range<std::size_t>{0, items.size(), 1},
                                   [&](const tbb::blocked_range<std::size_t>& range) {
                                       for (std::size_t i = range.begin(); i != range.end(); ++i) {
                                           results[i] = bench::task(items[i]);
                                       }
                                   },
                                   tbb::simple_partitioner{});
                               return results;
                           });
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what do a single call and its future cost, with many calls under way at a time?
// Engine    oneTBB and a std::future; 100,000 under way. Two threads beside the one that asks, in
//           one process: no isolation, the price to compare with.
// Reported  tasks per second of wall time, from the first call to the last result: `onetbb` is
//           task_arena::enqueue, `onetbb_task_group` is task_group::run.

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <future>
#include <memory>

#include "support/submit_future.hpp"

namespace {

/// `start` has a callable run by another thread.
template <class Start>
std::future<int> submit(int x, const Start& start) {
    const auto promise = std::make_shared<std::promise<int>>();
    auto answer = promise->get_future();
    start([x, promise] { promise->set_value(bench::task(x)); });
    return answer;
}

} // namespace

int main() {
    namespace tbb = oneapi::tbb;
    const tbb::global_control three{tbb::global_control::max_allowed_parallelism, 3};
    tbb::task_arena arena{2, 0}; // no place in it is kept for the thread that asks
    bench::report_submit_future(
        "onetbb", [&](int x) { return submit(x, [&](const auto& call) { arena.enqueue(call); }); });
    tbb::task_group group;
    bench::report_submit_future("onetbb_task_group", [&](int x) {
        return submit(x, [&](const auto& call) { group.run(call); });
    });
    group.wait();
}

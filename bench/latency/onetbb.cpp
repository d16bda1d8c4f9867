// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long is one task under way, there and back, p50 and p99?
// Engine    oneTBB task_arena::enqueue and a std::future: threads of one process, no isolation.
// Reported  microseconds: `latency` back to back, `latency_idle` each after a pause of 2 ms.

#include <oneapi/tbb/task_arena.h>

#include <future>
#include <memory>

#include "support/round_trips.hpp"

int main() {
    oneapi::tbb::task_arena arena{2};
    bench::report_round_trips("onetbb", [&](int x) {
        const auto promise = std::make_shared<std::promise<int>>();
        auto answer = promise->get_future();
        arena.enqueue([x, promise] { promise->set_value(bench::task(x)); });
        return answer.get();
    });
}

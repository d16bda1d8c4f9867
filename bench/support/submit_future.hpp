// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <utility>
#include <vector>

#include "report.hpp"
#include "task.hpp"

namespace bench {

/// Submits 100,000 calls, then waits for the result of each in turn; once untimed, then again and
/// again for a third of a second. `submit(x)` returns something with get(), as std::future.
template <class Submit>
void report_submit_future(const char* engine, Submit submit) {
    constexpr int count = 100'000;
    using future = decltype(submit(0));
    const auto seconds_of_one_round = [&] {
        const stopwatch watch;
        std::vector<future> under_way;
        under_way.reserve(count);
        for (int x = 0; x < count; ++x) under_way.push_back(submit(x));
        for (int x = 0; x < count; ++x) {
            const int answer = under_way[static_cast<std::size_t>(x)].get();
            require(answer == task(x), "the result of a future");
        }
        return watch.seconds();
    };
    (void)seconds_of_one_round();

    double done = 0;
    double seconds = 0;
    for (; seconds < 0.35; done += count) seconds += seconds_of_one_round();
    report({"submit_future", engine, "tasks/s", done / seconds});
}

} // namespace bench

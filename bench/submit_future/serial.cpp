// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what do a single call and its future cost, with many calls under way at a time?
// Engine    a std::promise and its std::future, fulfilled at once by the thread that asks: the
//           floor, nothing is handed over.
// Reported  tasks per second of wall time, from the first call to the last result.

#include <future>

#include "support/submit_future.hpp"

int main() {
    bench::report_submit_future("serial", [](int x) {
        std::promise<int> promise;
        promise.set_value(bench::task(x));
        return promise.get_future();
    });
}

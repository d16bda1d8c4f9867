// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to hand out items one by one? A map of int to int, items a second.
// Engine    a plain loop with a call that is not inlined: the floor, nothing is handed out at all.
// Reported  items per second of wall time.

#include "support/dispatch.hpp"

int main() {
    bench::report_dispatch("dispatch_single", "serial", 2'000'000,
                           [](const std::vector<int>& items) {
                               std::vector<int> results;
                               results.reserve(items.size());
                               for (const int item : items) results.push_back(bench::task(item));
                               return results;
                           });
}

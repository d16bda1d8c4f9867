// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Submits tasks, and counts how each of them ended: right, crashed, wrong, or another error.

#include <tandem/tandem.hpp>

#include <cstdio>
#include <vector>

int main() {
    tandem::bootstrap();
    constexpr int tasks = 400;
    const tandem::pool workers{{.processes = 2}};
    std::vector<tandem::future<int>> results;
    for (int i = 0; i < tasks; ++i)
        results.push_back(workers.submit([](int x) { return 3 * x; }, i));
    int right = 0;
    int crashed = 0;
    int wrong = 0;
    for (int i = 0; i < tasks; ++i) {
        try {
            ++(results[static_cast<std::size_t>(i)].get() == 3 * i ? right : wrong);
        } catch (const tandem::worker_crashed&) {
            ++crashed;
        }
    }
    (void)std::printf("right %d crashed %d wrong %d\n", right, crashed, wrong);
}

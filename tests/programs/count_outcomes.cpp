// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Runs 400 tasks, and counts how each of them ended: right, crashed, wrong, or another error.
//
//   count_outcomes        by submit
//   count_outcomes map    by try_map, in chunks of ten

#include <tandem/tandem.hpp>

#include <cstdio>
#include <functional>
#include <numeric>
#include <string_view>
#include <vector>

namespace {

constexpr int tasks = 400;

int triple(int x) { return 3 * x; }

struct counts {
    int right = 0;
    int crashed = 0;
    int wrong = 0;

    void add(int task, const std::function<int()>& get) {
        try {
            ++(get() == 3 * task ? right : wrong);
        } catch (const tandem::worker_crashed&) {
            ++crashed;
        }
    }
};

counts submit_all(const tandem::pool& workers) {
    std::vector<tandem::future<int>> results;
    for (int i = 0; i < tasks; ++i) results.push_back(workers.submit(triple, i));
    counts counted;
    for (int i = 0; i < tasks; ++i)
        counted.add(i, [&] { return results[static_cast<std::size_t>(i)].get(); });
    return counted;
}

counts map_all(const tandem::pool& workers) {
    std::vector<int> items(tasks);
    std::iota(items.begin(), items.end(), 0);
    const auto results = workers.with({.chunk_size = 10}).try_map(triple, items);
    counts counted;
    for (int i = 0; i < tasks; ++i)
        counted.add(i, [&] {
            const auto& result = results[static_cast<std::size_t>(i)];
            if (!result) result.error().rethrow();
            return *result;
        });
    return counted;
}

} // namespace

int main(int count, char** arguments) {
    tandem::bootstrap();
    const tandem::pool workers{{.processes = 2}};
    const bool maps = count == 2 && arguments[1] == std::string_view{"map"};
    const auto counted = maps ? map_all(workers) : submit_all(workers);
    (void)std::printf("right %d crashed %d wrong %d\n", counted.right, counted.crashed,
                      counted.wrong);
}

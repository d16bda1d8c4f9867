// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Maps over a thousand items with one worker, and waits in the fourth until the pool has noticed a
// SIGINT. Then says what became of the map, of a task before it and of one behind it.

#include <tandem/tandem.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

namespace {

int run(int item, const std::string& gate) {
    if (item != 3) return item;
    std::cout << "item 3 runs\n" << std::flush;
    while (!std::filesystem::exists(gate)) std::this_thread::yield();
    return item;
}

/// True if the pool has noticed: the task stands behind the map.
bool is_interrupted(const tandem::pool& workers) {
    try {
        workers.submit([] {}).get();
        return false;
    } catch (const tandem::interrupted&) {
        return true;
    }
}

} // namespace

int main(int /*argc*/, char** argv) {
    tandem::bootstrap();
    const tandem::interrupt_guard guard;
    const tandem::pool workers{{.processes = 1}};
    auto early = workers.submit([] { return 42; });
    early.wait();
    const std::string gate = argv[1];
    const std::jthread opener{[&] {
        while (!guard.stop_requested()) std::this_thread::yield();
        if (is_interrupted(workers)) std::ofstream{gate};
    }};

    std::vector<int> items(1000);
    std::iota(items.begin(), items.end(), 0);
    try {
        (void)workers.with({.chunk_size = 1}).map(run, items, gate);
    } catch (const tandem::interrupted& e) {
        std::cout << e.what() << '\n' << std::flush;
    }
    std::cout << "before: " << early.get() << '\n' << std::flush;
    try {
        workers.submit([] {}).get();
    } catch (const tandem::interrupted& e) {
        std::cout << e.what() << '\n' << std::flush;
    }
}

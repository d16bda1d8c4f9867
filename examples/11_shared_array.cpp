// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// An array that four processes fill together. Nobody sends anybody a result: all of them have the
// same memory. A shared counter tells each process what to do next, so none is idle while another
// has work left.

#include <tandem/tandem.hpp>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <vector>
namespace mp = tandem;

constexpr std::size_t numbers = 100'000;
constexpr std::size_t at_a_time = 1'000;

/// How many steps the Collatz sequence takes from n to 1.
int steps_from(std::uint64_t n) {
    int steps = 0;
    for (; n > 1; ++steps) n = n % 2 == 0 ? n / 2 : 3 * n + 1;
    return steps;
}

/// What the processes share.
struct task {
    mp::shared_array<int> steps{numbers};
    mp::shared_value<std::size_t> next; // number that nobody has begun with
};

void fill(const task& shared) {
    const auto& [steps, next] = shared;
    for (;;) {
        // Relaxed: who gets which numbers is all that counts.
        const auto first = next.atomic().fetch_add(at_a_time, std::memory_order_relaxed);
        if (first >= steps.size()) return;
        const auto mine = steps.part(first, std::min(at_a_time, steps.size() - first));
        for (std::size_t i = 0; i < mine.size(); ++i) mine[i] = steps_from(first + i);
    }
}

int main() {
    mp::bootstrap();
    const task shared;
    std::vector<mp::process> processes(4);
    for (auto& process : processes) process = mp::process{fill, shared};
    for (const auto& process : processes) process.join();

    const auto& steps = shared.steps;
    const auto longest = std::ranges::max_element(steps);
    std::cout << "Below " << steps.size() << ", " << longest - steps.begin()
              << " takes longest: " << *longest << " steps.\n";
}

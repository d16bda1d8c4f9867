// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// A program with an initialiser that ignores the ends of children, with a pool that is a static
// object, and with tasks that print, whatever standard output may be.

#include <tandem/tandem.hpp>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <numeric>
#include <vector>

namespace {

[[maybe_unused]] const auto ignored = std::signal(SIGCHLD, SIG_IGN);

const tandem::pool& workers() {
    static const tandem::pool pool{{.processes = 2}};
    return pool;
}

int print(int number) {
    std::cout << "number " << number << std::endl;
    std::cerr << "number " << number << std::endl;
    return number;
}

} // namespace

int main() {
    tandem::bootstrap();
    std::vector<int> numbers(2000);
    std::iota(numbers.begin(), numbers.end(), 0);
    if (workers().map(print, numbers) != numbers) return 1;
    try {
        workers().submit([] { std::raise(SIGKILL); }).get();
        return 2;
    } catch (const tandem::worker_crashed& e) {
        return e.status().signal() == SIGKILL ? 0 : 3;
    }
}

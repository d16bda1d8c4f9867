// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Waits for a line of input, then sums squares in a pool; shows that the program need not be there
// any more under its path, nor have an environment.

#include <tandem/tandem.hpp>

#include <cstdio>
#include <numeric>
#include <vector>

int main() {
    tandem::bootstrap();
    (void)std::puts("main runs");
    (void)std::fflush(stdout);
    (void)std::getchar();
    const tandem::pool workers{{.processes = 2}};
    const auto squares = workers.map([](int x) { return x * x; }, std::vector{1, 2, 3, 4});
    (void)std::printf("%d\n", std::accumulate(squares.begin(), squares.end(), 0));
}

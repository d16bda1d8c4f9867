// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <tandem/tandem.hpp>

#include <iostream>
#include <vector>
namespace mp = tandem;

int count_primes(int below) {
    int count = 0;
    for (int n = 2, d; n < below; ++n) {
        for (d = 2; d * d <= n && n % d != 0; ++d) {}
        if (d * d > n) ++count;
    }
    return count;
}

int main() {
    mp::bootstrap(); // first line of main; in a worker it does not return
    mp::pool pool;   // one worker per CPU this process may really use
    for (int count : pool.map(count_primes, std::vector{1'000, 10'000, 100'000, 1'000'000}))
        std::cout << count << '\n'; // in input order
}

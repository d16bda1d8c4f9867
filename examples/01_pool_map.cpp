// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <tandem/tandem.hpp>

#include <iostream>
namespace mp = tandem;

bool is_prime(long n) {
    for (long d = 2; d * d <= n; ++d)
        if (n % d == 0) return false;
    return n > 1;
}

int main() {
    mp::bootstrap(); // first line of main; in a worker it does not return
    mp::pool pool;   // one worker per CPU this process may really use
    for (bool prime : pool.map(is_prime, std::vector{112272535095293, 1099726899285419}))
        std::cout << (prime ? "prime\n" : "not prime\n"); // in input order
}

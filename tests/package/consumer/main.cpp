// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <iostream>
#include <vector>

#include <tandem/tandem.hpp>

namespace mp = tandem;

static int square(int number) { return number * number; }

int main() {
    mp::bootstrap();
    mp::pool pool{{.processes = 2}};
    for (const int result : pool.map(square, std::vector{1, 2, 3, 4})) std::cout << result << '\n';
}

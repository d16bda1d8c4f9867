// expect: tandem: by_cost() takes a function that can be called with an item of the range
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include "tandem/tandem.hpp"

int square(int x) { return x * x; }

void run(const tandem::pool& workers) {
    const auto length = [](const std::string& text) { return text.size(); };
    workers.by_cost(length).map(square, std::vector{1, 2, 3});
}

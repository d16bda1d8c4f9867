// expect: tandem: the callable cannot be called with these arguments
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <utility>
#include <vector>

#include "tandem/tandem.hpp"

int power(int base, int exponent);

void run(const tandem::pool& workers, const std::vector<std::pair<int, std::string>>& items) {
    workers.starmap(power, items);
}

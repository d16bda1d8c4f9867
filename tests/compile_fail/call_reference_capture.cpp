// expect: tandem: this lambda captures by reference
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "tandem/tandem.hpp"

void run(const tandem::pool& workers, const std::vector<int>& items) {
    int sum = 0;
    workers.map([&sum](int x) { sum += x; }, items);
}

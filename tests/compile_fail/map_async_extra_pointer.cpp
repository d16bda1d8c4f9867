// expect: tandem: a raw pointer
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "tandem/tandem.hpp"

int add(int x, const int* offset) { return x + *offset; }

void run(const tandem::pool& workers, int offset) {
    workers.map_async(add, std::vector{1, 2, 3}, &offset).wait();
}

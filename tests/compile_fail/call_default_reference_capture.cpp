// expect: tandem: this lambda captures by reference
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

int run(const tandem::pool& workers) {
    int offset = 7;
    return workers.submit([&](int x) { return x + offset; }, 1).get();
}

// expect: tandem: the callable of a process cannot be called with these arguments
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "tandem/tandem.hpp"

void run() {
    int seen = 0;
    tandem::process{tandem::forked, [&seen](int x) { seen = x; }, std::string{"1"}}.join();
}

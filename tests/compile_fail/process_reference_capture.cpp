// expect: tandem: this lambda captures by reference
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

void run() {
    int seen = 0;
    tandem::process{[&seen] { seen = 1; }}.join();
}

// expect: tandem: elements of shared memory hold no pointers
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

struct person {
    const char* name;
    int age;
};

void run() { const tandem::shared_array<person> people(1); }

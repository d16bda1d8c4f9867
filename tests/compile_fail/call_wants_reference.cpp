// expect: tandem: the callable cannot be called with these arguments
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "tandem/tandem.hpp"

void increment(int& value) { ++value; }

void run(const tandem::pool& workers, std::vector<int>& values) { workers.map(increment, values); }

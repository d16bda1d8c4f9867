// expect: tandem: starmap() takes items that are tuples, pairs or arrays
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "tandem/tandem.hpp"

int square(int x) { return x * x; }

void run(const tandem::pool& workers) { workers.starmap(square, std::vector{1, 2, 3}); }

// expect: tandem: then() takes a function that can be called with this future
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

int square(int x) { return x * x; }

void run(const tandem::pool& workers) { (void)workers.submit(square, 1).then(square); }

// expect: tandem: this is not a callable
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

int square(int x) { return x * x; }

void run(const tandem::pool& workers) { (void)workers.submit(square(7)); }

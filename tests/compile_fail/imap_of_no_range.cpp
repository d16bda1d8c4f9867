// expect: tandem: map() takes the callable first, then a range of items
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

int square(int x) { return x * x; }

void run(const tandem::pool& workers) { (void)workers.imap(square, 7); }

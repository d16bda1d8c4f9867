// expect: tandem: the callable cannot be called with these arguments
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

int add(int a, int b) { return a + b; }

int run(const tandem::pool& workers) { return workers.submit(add, 1).get(); }

// expect: tandem: the callable of a process cannot be called with these arguments
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

int add(int a, int b);

int run() { return tandem::process_result{add, 1}.get(); }

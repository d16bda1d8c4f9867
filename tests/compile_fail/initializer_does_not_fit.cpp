// expect: tandem: the initializer of the pool cannot be called with these arguments
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

int open_log(int level) { return level; }

void run() { const tandem::pool workers{{.processes = 1}, open_log}; }

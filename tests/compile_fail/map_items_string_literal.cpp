// expect: tandem: a string literal as the items of map()
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <cctype>

#include "tandem/tandem.hpp"

int upper(char letter) { return letter - 'a' + 'A'; }

void run(const tandem::pool& workers) { workers.map(upper, "text"); }

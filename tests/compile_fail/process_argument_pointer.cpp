// expect: tandem: a raw pointer cannot cross to another process
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "tandem/tandem.hpp"

void fill(std::vector<int>* values) { values->assign(10, 1); }

void run(std::vector<int>& values) { tandem::process{fill, &values}.join(); }

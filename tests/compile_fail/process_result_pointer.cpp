// expect: tandem: a raw pointer cannot cross to another process
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "tandem/tandem.hpp"

const int* largest(const std::vector<int>& values);

void run() { tandem::process_result{largest, std::vector{1, 2}}.get(); }

// expect: tandem: elements of shared memory are trivially copyable
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "tandem/tandem.hpp"

void run() { const tandem::shared_value<std::vector<int>> numbers; }

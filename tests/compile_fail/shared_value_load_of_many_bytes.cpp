// expect: tandem: the processor does not read and write values of this size in one piece
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "tandem/tandem.hpp"

void run(const tandem::shared_value<std::array<int, 8>>& row) { (void)row.load(); }

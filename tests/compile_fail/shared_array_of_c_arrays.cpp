// expect: tandem: elements of shared memory cannot be C arrays
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

void run() { const tandem::shared_array<int[3]> rows(2); }

// expect: tandem: elements of shared memory hold no pointers
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/tandem.hpp"

void run() { const tandem::shared_array<int*> pointers(1); }

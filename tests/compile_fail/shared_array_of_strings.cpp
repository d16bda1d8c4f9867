// expect: tandem: elements of shared memory are trivially copyable
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "tandem/tandem.hpp"

void run() { const tandem::shared_array<std::string> names(1); }

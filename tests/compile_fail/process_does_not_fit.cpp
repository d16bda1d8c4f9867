// expect: tandem: the callable of a process cannot be called with these arguments
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "tandem/tandem.hpp"

void greet(const std::string& name, int times);

void run() { tandem::process{greet, std::string{"reader"}}.join(); }

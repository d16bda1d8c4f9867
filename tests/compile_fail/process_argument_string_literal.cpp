// expect: (std::string for a string literal)
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "tandem/tandem.hpp"

void greet(const std::string& name);

void run() { tandem::process{greet, "reader"}.join(); }

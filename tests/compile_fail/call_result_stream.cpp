// expect: tandem: this type is not portable
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <fstream>
#include <string>

#include "tandem/tandem.hpp"

std::ifstream open(const std::string& path) { return std::ifstream{path}; }

void run(const tandem::pool& workers) { (void)workers.submit(open, std::string{"file"}).get(); }

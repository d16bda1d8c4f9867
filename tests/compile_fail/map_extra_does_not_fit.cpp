// expect: tandem: the callable cannot be called with these arguments
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include "tandem/tandem.hpp"

double scale(double value, double factor) { return value * factor; }

void run(const tandem::pool& workers, const std::vector<double>& values) {
    workers.map(scale, values, std::string{"2"});
}

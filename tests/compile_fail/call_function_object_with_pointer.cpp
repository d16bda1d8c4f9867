// expect: tandem: a raw pointer cannot cross to another process
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <vector>

#include "tandem/tandem.hpp"

struct scale {
    const double* factor;
    double operator()(double x) const { return x * *factor; }
};

void run(const tandem::pool& workers, const std::vector<double>& items, const double& factor) {
    workers.map(scale{&factor}, items);
}

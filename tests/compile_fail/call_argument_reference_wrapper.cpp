// expect: tandem: std::reference_wrapper refers to an object of this process
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <functional>
#include <vector>

#include "tandem/tandem.hpp"

void fill(std::vector<int>& values) { values.assign(10, 1); }

void run(const tandem::pool& workers, std::vector<int>& values) {
    workers.submit(fill, std::ref(values)).get();
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "linked.hpp"

namespace tandem::test {

long triple_in_library(long x) { return 3 * x; }

std::vector<long> add_one_in_library(const pool& workers, const std::vector<long>& items) {
    return workers.map([](long x) { return x + 1; }, items);
}

} // namespace tandem::test

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// A shared library that the test is linked with.

#include <vector>

#include "tandem/pool.hpp"

namespace tandem::test {

long triple_in_library(long x);

/// Maps a lambda that only the library knows.
std::vector<long> add_one_in_library(const pool& workers, const std::vector<long>& items);

} // namespace tandem::test

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What the test asks a plugin for, by dlsym(). There are two builds of it: the second one adds
// 2000 where the first one adds 1000.

#include <vector>

#include "tandem/pool.hpp"

extern "C" {

/// A function to be called in a worker.
long plugin_function(long x);

/// Replaces each value by what a lambda makes of it in a worker.
void plugin_map(const tandem::pool& workers, std::vector<long>& values);

/// As plugin_map(), with submit() and a function pointer: the thunk is of a type that all builds of
/// the plugin have in common, and the program has not.
void plugin_submit(const tandem::pool& workers, std::vector<long>& values);
}

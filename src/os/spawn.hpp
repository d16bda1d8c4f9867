// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include "os/result.hpp"

namespace tandem::os {

/// Where a program started by spawn_self() finds the first of the descriptors it was given.
inline constexpr int first_inherited_descriptor = 3;
inline constexpr std::size_t most_inherited_descriptors = 12;

/// What a program is started with.
struct spawn_request {
    std::vector<std::string> environment; // "NAME=value", the whole of it
    /// For 0, 1 and 2; -1: /dev/null for standard input, our own for the others.
    std::array<int, 3> standard{-1, -1, -1};
    int directory = -1; // -1: our own
    std::vector<int> descriptors{};
};

/// Starts the running program once more (the very same file, even if its path was replaced). The
/// child is the leader of a process group of its own, has default signal dispositions and an empty
/// mask, and no descriptors but 0, 1, 2 and those given to it, in order, from
/// first_inherited_descriptor on. Returns its process id.
/// Source  posix_spawn(3): glibc reports a failing exec as the error of this call.
[[nodiscard]] result<int> spawn_self(const spawn_request& request);

} // namespace tandem::os

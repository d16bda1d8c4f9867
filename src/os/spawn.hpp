// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

/// Where a program started by spawn_self() finds the descriptor it was given.
inline constexpr int inherited_descriptor = 3;

/// Starts the running program once more (the very same file, even if its path was replaced) with
/// `setting` ("NAME=value") added to the environment. The child is the leader of a process group of
/// its own, has default signal dispositions and an empty mask, no descriptors but 0 (/dev/null), 1,
/// 2 and `descriptor` as inherited_descriptor. Returns its process id.
/// Source  posix_spawn(3): glibc reports a failing exec as the error of this call.
[[nodiscard]] result<int> spawn_self(const std::string& setting, const unique_fd& descriptor);

} // namespace tandem::os

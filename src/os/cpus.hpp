// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

namespace tandem::os {

/// Processors that are online in the whole system.
[[nodiscard]] int online_cpus() noexcept;

/// Processors that the scheduler may put this process on (sched_getaffinity(2)).
[[nodiscard]] int cpus_in_affinity_mask() noexcept;

/// The first line of a small file, such as one of /proc or /sys; empty if it cannot be read.
[[nodiscard]] std::string first_line(const std::string& path);

} // namespace tandem::os

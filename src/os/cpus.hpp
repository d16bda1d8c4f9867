// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <span>

#include "os/result.hpp"

namespace tandem::os {

/// Processors that are online in the whole system.
[[nodiscard]] int online_cpus() noexcept;

/// Processors that the scheduler may put this process on (sched_getaffinity(2)).
[[nodiscard]] int cpus_in_affinity_mask() noexcept;

/// Lets this process run on `cpus` only, numbered as the system does. EINVAL if none of them is
/// there.
[[nodiscard]] result<void> bind_to_cpus(std::span<const int> cpus);

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tandem/detail/export.hpp"

namespace tandem {

/// Processors of the machine that are online.
[[nodiscard]] TANDEM_EXPORT int cpu_count() noexcept;

/// Processors that this process may really use: the least of its affinity mask and of the CPU
/// quotas of its control group and the groups above (v1 and v2), rounded up. The environment
/// variable TANDEM_CPUS overrides it. A pool has that many workers unless told otherwise.
[[nodiscard]] TANDEM_EXPORT int usable_cpus();

} // namespace tandem

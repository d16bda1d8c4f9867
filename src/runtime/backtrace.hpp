// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

#include "os/crash_handler.hpp"
#include "tandem/crash_report.hpp"

namespace tandem::runtime {

/// The calls that a worker has noted before `end` ended it; none if it noted another signal or what
/// it wrote makes no sense. The worker is gone.
[[nodiscard]] std::vector<stack_frame> read_backtrace(const os::crash_note& shared,
                                                      const exit_status& end);

} // namespace tandem::runtime

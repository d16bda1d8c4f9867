// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "os/process.hpp"
#include "tandem/exit_status.hpp"

namespace tandem::launch {

[[nodiscard]] inline exit_status to_exit_status(const os::child_end& end) noexcept {
    const resource_usage usage{.peak_rss_bytes = end.peak_rss_bytes,
                               .user_time = end.user_time,
                               .system_time = end.system_time,
                               .minor_faults = end.minor_faults,
                               .major_faults = end.major_faults,
                               .voluntary_switches = end.voluntary_switches,
                               .involuntary_switches = end.involuntary_switches};
    return end.signalled ? exit_status::killed_by(end.value, end.core_dumped, usage)
                         : exit_status::exited(end.value, usage);
}

} // namespace tandem::launch

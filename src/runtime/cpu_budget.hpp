// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <optional>
#include <string>

namespace tandem::runtime {

/// Processors that this process may use, and why so many.
struct cpu_budget {
    int usable = 1;
    int allowed = 1;             // by the affinity mask
    std::optional<double> quota; // the least of its control groups; nullopt: none has one
    std::string why;
};

/// The least of affinity mask and quotas, unless TANDEM_CPUS says otherwise. `root` has the files
/// of /proc and /sys in it.
/// Source  cgroup v2: Documentation/admin-guide/cgroup-v2.rst, cpu.max; v1:
///         Documentation/scheduler/sched-bwc.rst, cpu.cfs_quota_us
[[nodiscard]] cpu_budget read_cpu_budget(const std::string& root = {});

/// The number alone: see tandem/resources.hpp.
[[nodiscard]] int usable_cpu_count();

} // namespace tandem::runtime

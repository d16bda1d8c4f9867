// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tandem/detail/export.hpp"

namespace tandem {

/// Processors of the machine that are online.
[[nodiscard]] TANDEM_EXPORT int cpu_count() noexcept;

/// Processors that this process may really use: the least of its affinity mask and of the CPU
/// quotas of its control group and the groups above (v1 and v2), rounded up. The environment
/// variable TANDEM_CPUS overrides it. A pool has that many workers unless told otherwise.
[[nodiscard]] TANDEM_EXPORT int usable_cpus();

/// What this process may have of the machine: see resources().
struct resource_report {
    /// Processors, as the operating system counts them: two for a core with two threads.
    struct processor_report {
        int online = 1;              // in the machine: cpu_count()
        int allowed = 1;             // by the affinity mask, which control groups narrow, too
        std::optional<double> quota; // the least of the control groups', in processors
        int usable = 1;              // usable_cpus()
        std::string why;             // what limits `usable`, in words
    };

    /// How the processors belong together. 0 and empty where hwloc is not installed.
    struct hardware_report {
        struct cache {
            int level = 0;
            std::uint64_t bytes = 0; // each
            int count = 0;           // in the machine
        };
        int cores = 0;
        int allowed_cores = 0; // of which this process may use a processor at least
        int packages = 0;
        int numa_nodes = 0;
        std::vector<cache> caches; // for data, level 1 first
    };

    struct memory_report {
        std::uint64_t total_bytes = 0;            // of the machine
        std::optional<std::uint64_t> limit_bytes; // the least of the control groups'
        std::uint64_t available_bytes = 0;        // to be had now, without swapping or being killed
        std::uint64_t swap_bytes = 0;
        std::uint64_t swap_free_bytes = 0;
        std::string why; // what limits `available_bytes`, in words
    };

    /// How much of the last ten seconds somebody in the machine waited for it. nullopt where the
    /// kernel does not count that (pressure stall information).
    struct pressure_report {
        std::optional<double> cpu_percent;         // one process at least
        std::optional<double> memory_percent;      // one process at least
        std::optional<double> memory_full_percent; // all of them
    };

    processor_report processors;
    hardware_report hardware;
    memory_report memory;
    pressure_report pressure;
};

/// Processors and memory that this process may really have now. What cannot be read is left out.
///
/// Cost      some milliseconds: it looks at the hardware. The first call loads hwloc.
/// Sharing   may be called from any thread.
[[nodiscard]] TANDEM_EXPORT resource_report resources();

} // namespace tandem

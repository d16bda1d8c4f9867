// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace tandem::os {

/// How the processors of the machine belong together.
struct topology {
    struct cache { // for data
        int level = 0;
        std::uint64_t bytes = 0;
        int count = 0; // in the machine
    };

    int cores = 0;
    int cores_allowed = 0; // those of which this process may use a thread at least
    int packages = 0;
    int numa_nodes = 0;
    std::vector<cache> caches; // nearest to the processors first
};

/// Reads it with hwloc, which is loaded for it now, and stays. Fails with words if it is not
/// installed.
/// Cost     some milliseconds.
/// Source   https://hwloc.readthedocs.io
[[nodiscard]] std::expected<topology, std::string> read_topology();

} // namespace tandem::os

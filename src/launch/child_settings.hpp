// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "os/resource_limit.hpp"

namespace tandem::launch {

struct limit_setting {
    os::limited what{};
    std::uint64_t most = 0;
};

/// What a child is to be like. Crosses as any aggregate does, see tandem/codec.hpp.
struct child_settings {
    std::string name;
    std::string parent_name;
    int parent_id = 0;
    std::vector<int> path;                               // Process-1:2 has the path 1, 2
    std::optional<std::vector<std::string>> environment; // the whole; nullopt: as it is
    std::optional<int> niceness;
    std::vector<int> cpus; // empty: as it is
    std::vector<limit_setting> limits;
    int library_threads = 0; // that OpenMP and the like may start in a worker; 0: as they like
};

} // namespace tandem::launch

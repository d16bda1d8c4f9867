// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace tandem::os {

/// Whom this process acts for: real, effective and saved user and group, and further groups.
struct credentials {
    std::array<std::uint32_t, 3> users{};
    std::array<std::uint32_t, 3> groups{};
    std::vector<std::uint32_t> further_groups{};

    friend bool operator==(const credentials&, const credentials&) = default;
};

[[nodiscard]] credentials current_credentials();

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tandem::runtime {

/// A control group whose limits hold for this process.
struct control_group {
    std::string name;   // its path as /proc/self/cgroup has it
    std::string folder; // where its files are
    bool is_v2 = false;
};

/// The groups that `controller` ("cpu", "memory") may limit this process by, of both versions: each
/// from its own group up to the topmost that can be seen. What is not mounted is left out.
///
/// Bounds    a mount may show a part of the hierarchy only, as in containers; groups above that are
///           not seen. Limits of theirs hold all the same.
/// Source    cgroups(7), proc(5) for mountinfo
[[nodiscard]] std::vector<control_group> control_groups_for(std::string_view controller,
                                                            const std::string& root = {});

} // namespace tandem::runtime

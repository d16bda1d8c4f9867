// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

namespace tandem::launch {

/// What tells this copy of the library from another in the same process: a program and a plug-in
/// may each be linked with one. The file that holds it, by build id, and the place in it.
[[nodiscard]] const std::string& library_identity();

/// Removes the role variable from an environment: one that was left over would hide ours, and the
/// copy would take itself for a program.
void remove_role(std::vector<std::string>& environment);

} // namespace tandem::launch

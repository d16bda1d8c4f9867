// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "launch/identity.hpp"

#include <algorithm>
#include <cstdint>

#include "launch/protocol.hpp"
#include "os/modules.hpp"

namespace tandem::launch {

std::string library_identity() {
    const auto here = reinterpret_cast<std::uintptr_t>(&library_identity);
    const auto modules = os::loaded_modules();
    const auto holding = std::ranges::find_if(
        modules, [&](const os::loaded_module& module) { return module.contains_code(here); });
    if (holding == modules.end()) return "unknown";
    return holding->id.text() + "+" + std::to_string(here - holding->base);
}

void remove_role(std::vector<std::string>& environment) {
    std::erase_if(environment, [](const std::string& setting) {
        return setting.starts_with(std::string{role_variable} + "=");
    });
}

} // namespace tandem::launch

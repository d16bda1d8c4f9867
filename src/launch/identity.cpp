// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "launch/identity.hpp"

#include <algorithm>
#include <cstdint>

#include "launch/protocol.hpp"
#include "os/modules.hpp"

namespace tandem::launch {

namespace {

std::string identify_library() {
    const auto here = reinterpret_cast<std::uintptr_t>(&identify_library);
    const auto modules = os::loaded_modules();
    const auto holding = std::ranges::find_if(
        modules, [&](const os::loaded_module& module) { return module.contains_code(here); });
    if (holding == modules.end()) return "unknown";
    return holding->id.text() + "+" + std::to_string(here - holding->base);
}

} // namespace

const std::string& library_identity() {
    // Never destroyed: a static object may start a process at the very end.
    static const std::string& only = *new std::string{identify_library()};
    return only;
}

void remove_role(std::vector<std::string>& environment) {
    std::erase_if(environment, [](const std::string& setting) {
        return setting.starts_with(std::string{role_variable} + "=");
    });
}

} // namespace tandem::launch

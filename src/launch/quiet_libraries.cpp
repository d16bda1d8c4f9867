// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "launch/quiet_libraries.hpp"

#include <algorithm>
#include <utility>

#include "os/environment.hpp"

namespace tandem::launch {

namespace {

constexpr const char* variable = "OPENBLAS_NUM_THREADS";
constexpr const char* users_value = "TANDEM_OPENBLAS_NUM_THREADS"; // if there is one

// Set before the server forks, and not changed afterwards.
constinit bool were_quiet = false;

} // namespace

void keep_libraries_quiet(std::vector<std::string>& environment) {
    const auto beginning = std::string{variable} + "=";
    const auto found = std::ranges::find_if(
        environment, [&](const std::string& setting) { return setting.starts_with(beginning); });
    std::string quiet = beginning + "1";
    if (found == environment.end()) return environment.push_back(std::move(quiet));
    auto kept = users_value + found->substr(beginning.size() - 1);
    *found = std::move(quiet);
    environment.push_back(std::move(kept));
}

void restore_environment() {
    were_quiet = true;
    const auto users = os::environment_variable(users_value);
    if (users.empty()) return os::remove_environment_variable(variable);
    os::set_environment_variable(variable, users);
    os::remove_environment_variable(users_value);
}

bool libraries_were_quiet() noexcept { return were_quiet; }

} // namespace tandem::launch

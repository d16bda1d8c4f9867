// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace tandem::os {

std::vector<std::string> current_environment() {
    std::vector<std::string> settings;
    for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
        settings.emplace_back(*variable);
    return settings;
}

bool environment_is(const std::vector<std::string>& settings) noexcept {
    char** variable = environ;
    for (const auto& setting : settings) {
        if (variable == nullptr || *variable == nullptr || setting != *variable) return false;
        ++variable;
    }
    return variable == nullptr || *variable == nullptr;
}

void replace_environment(const std::vector<std::string>& settings) {
    // As they are: setenv(3) would drop what is no "NAME=value", and repeated names. Both stay for
    // as long as the process does.
    const auto& kept = *new std::vector<std::string>{settings};
    auto& variables = *new std::vector<char*>;
    for (const auto& setting : kept) variables.push_back(const_cast<char*>(setting.c_str()));
    variables.push_back(nullptr);
    environ = variables.data();
}

std::string environment_variable(const char* name) {
    const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody sets it
    return value == nullptr ? "" : value;
}

void remove_environment_variable(const char* name) noexcept {
    ::unsetenv(name); // NOLINT(concurrency-mt-unsafe): called before there are threads
}

void set_environment_variable(const char* name, const std::string& value) noexcept {
    ::setenv(name, value.c_str(), 1); // NOLINT(concurrency-mt-unsafe): as above
}

} // namespace tandem::os

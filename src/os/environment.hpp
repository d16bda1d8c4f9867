// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <vector>

#include "os/result.hpp"

namespace tandem::os {

/// The environment of this process, as "NAME=value" each. Like all of getenv(3) it must not be read
/// while another thread changes it.
[[nodiscard]] std::vector<std::string> current_environment();

/// True if the environment of this process is `settings`, in that order.
[[nodiscard]] bool environment_is(const std::vector<std::string>& settings) noexcept;

/// Makes `settings` the whole environment of this process, which has a single thread.
void replace_environment(const std::vector<std::string>& settings);

/// Empty if it is not set.
[[nodiscard]] std::string environment_variable(const char* name);
void remove_environment_variable(const char* name) noexcept;
/// In a process with a single thread.
void set_environment_variable(const char* name, const std::string& value) noexcept;

} // namespace tandem::os

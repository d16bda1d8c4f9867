// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <tandem/start_method.hpp>

#include <stdexcept>
#include <string_view>

namespace tandem::test {

/// The start method that a program is told by name.
inline start_method method_of(std::string_view name) {
    if (name == "forkserver") return start_method::forkserver;
    if (name == "spawn") return start_method::spawn;
    if (name == "fork") return start_method::fork;
    throw std::invalid_argument{"no such method"};
}

} // namespace tandem::test

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <stdexcept>
#include <string>
#include <variant>

#include "interval_length.hpp"

namespace traffic {

/// What the command line asks for.
struct options {
    std::string capture;
    interval_length interval;
    int workers = 0;  // 0: one per usable CPU
    std::string json; // empty: none
    std::string csv;  // empty: none
};

/// The command line makes no sense; what() is one line.
class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The options, or the text that was asked for instead (--help, --version).
/// \throws usage_error
[[nodiscard]] std::variant<options, std::string> read_options(int count,
                                                              const char* const* arguments);

} // namespace traffic

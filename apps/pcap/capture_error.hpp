// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <stdexcept>
#include <string>

namespace traffic {

/// The capture cannot be analysed. what() is one line, "FILE: reason".
class capture_error : public std::runtime_error {
public:
    capture_error(const std::string& file, const std::string& reason)
        : std::runtime_error{file + ": " + reason} {}
};

} // namespace traffic

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "analysis.hpp"

namespace traffic {

/// One line an interval below a heading line; an undefined number is an empty cell.
[[nodiscard]] std::string csv_text(const analysis& result);

} // namespace traffic

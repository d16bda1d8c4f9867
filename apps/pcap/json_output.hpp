// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "analysis.hpp"

namespace traffic {

/// One array a statistic, one element an interval. Times and means of times are strings, since they
/// have more digits than a double; an undefined number is null; all others round-trip.
[[nodiscard]] std::string json_text(const analysis& result);

} // namespace traffic

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

#include "analysis.hpp"

namespace traffic {

// The table for people: at most 160 columns wide, one line an interval, times in UTC.

[[nodiscard]] std::string table_heading(const capture_format& format);
[[nodiscard]] std::string table_row(const interval_row& row, const capture_format& format);

/// What stands below the rows.
[[nodiscard]] std::string table_footing(const analysis& result);

} // namespace traffic

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <span>

#include "analysis.hpp"
#include "options.hpp"
#include "record_walk.hpp"

namespace traffic {

/// Takes finished rows, in order, while the analysis goes on.
using row_sink = std::function<void(std::span<const interval_row>, const capture_format&)>;

struct parallel_analysis_result {
    analysis numbers;
    end_remark remark; // about the end of the file
};

/// Analyses the capture in worker processes.
///
/// This process only walks the record headers, hands out ranges as it finds them and adds up what
/// comes back, so that cutting and analysing overlap.
///
/// Crash     a range whose worker dies goes to another one, three times in all.
/// \throws capture_error
[[nodiscard]] parallel_analysis_result analyse_in_parallel(const options& chosen,
                                                           const row_sink& show_rows);

} // namespace traffic

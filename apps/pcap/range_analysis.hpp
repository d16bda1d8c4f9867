// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "range_request.hpp"

namespace traffic {

/// Analyses the packets of one range. Runs in a worker process, which keeps its mapping of the file
/// and its tables from one call to the next.
///
/// \throws capture_error if the file is not the one that was cut.
[[nodiscard]] range_result analyse_range(const range_request& request);

} // namespace traffic

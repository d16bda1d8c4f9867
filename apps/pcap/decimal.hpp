// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

#include "wide_sum.hpp"

namespace traffic {

/// `ticks` as seconds with all `decimals` digits behind the point: "1707405500.738154".
[[nodiscard]] std::string seconds_text(std::int64_t ticks, int decimals);

/// sum / count ticks as seconds: exactly if 28 significant digits are enough, otherwise rounded to
/// them, half to even, as Python's decimal does; never with an exponent. "0" if count is 0.
[[nodiscard]] std::string mean_seconds_text(const wide_sum& sum, std::uint64_t count, int decimals);

} // namespace traffic

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Integers of any size, for the few steps per interval that need them. Kept out of the headers that
// everything includes: Boost.Multiprecision takes seconds to compile.

#include <boost/multiprecision/cpp_int.hpp>

#include "wide_sum.hpp"

namespace traffic {

using big_integer = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<>,
                                                  boost::multiprecision::et_off>;

[[nodiscard]] big_integer value_of(const wide_sum& sum);

/// The caller knows that the value fits.
[[nodiscard]] wide_sum as_wide_sum(const big_integer& value);

} // namespace traffic

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string_view>

namespace tandem::fault {

/// A named place where a test may kill the process. Costs nothing unless the build sets
/// TANDEM_ENABLE_FAULTS: the call is then an empty constexpr function.
///
/// The environment variable TANDEM_FAULT="<point>:<nth>[:<file>]" kills with SIGKILL the process
/// that reaches <point> for the <nth> time, counted from 1 in each process; with <file>, only the
/// first process that manages to create that file.
#if TANDEM_ENABLE_FAULTS
inline constexpr bool enabled = true;
void hit(std::string_view point) noexcept;
#else
inline constexpr bool enabled = false;
constexpr void hit(std::string_view /*point*/) noexcept {}
#endif

} // namespace tandem::fault

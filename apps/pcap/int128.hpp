// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace traffic {

// Both compilers have it on every 64-bit target; only -Wpedantic has to be told.
__extension__ using int128 = __int128;
__extension__ using uint128 = unsigned __int128;

} // namespace traffic

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "os/result.hpp"

namespace tandem::os {

inline constexpr std::chrono::nanoseconds no_time_limit{-1};

/// Waits until at least one of `descriptors` is readable or has been closed by its peer, or until
/// `timeout` is over. Returns one flag per descriptor, in order; all false when time is up or a
/// signal came.
[[nodiscard]] result<std::vector<bool>> wait_readable(std::span<const int> descriptors,
                                                      std::chrono::nanoseconds timeout);

/// True if `descriptor` is readable now, or has been closed by its peer.
[[nodiscard]] bool is_readable(int descriptor) noexcept;

/// Waits until `descriptor` takes another message, or until `timeout` is over.
void wait_writable(int descriptor, std::chrono::nanoseconds timeout) noexcept;

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <ctime>

namespace tandem::os {

[[nodiscard]] inline std::timespec to_timespec(std::chrono::nanoseconds duration) noexcept {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(duration);
    std::timespec converted{};
    converted.tv_sec = static_cast<std::time_t>(seconds.count());
    converted.tv_nsec = static_cast<long>((duration - seconds).count());
    return converted;
}

} // namespace tandem::os

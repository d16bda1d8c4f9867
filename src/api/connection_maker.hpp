// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "channel/connection_end.hpp"
#include "tandem/connection.hpp"

namespace tandem::detail {

/// Makes connections of what connects.
struct connection_maker {
    [[nodiscard]] static connection make(std::unique_ptr<channel::byte_stream> stream,
                                         channel::connection_end::description about) {
        return connection{
            std::make_shared<channel::connection_end>(std::move(stream), std::move(about))};
    }
};

/// `limit` from now; nullopt if that is never.
[[nodiscard]] inline channel::connection_end::deadline deadline_after(
    std::chrono::nanoseconds limit) noexcept {
    using clock = channel::connection_end::clock;
    const auto now = clock::now();
    if (limit > clock::time_point::max() - now) return std::nullopt;
    return now + std::max(limit, limit.zero());
}

} // namespace tandem::detail

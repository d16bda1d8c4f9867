// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "channel/byte_stream.hpp"
#include "channel/endpoint.hpp"

namespace tandem::channel {

struct connect_settings {
    std::string key;
    std::chrono::nanoseconds limit{}; // for all of it
    bool any_user = false;
};

/// Connects, and proves to the other end that it has the key, as the other end does.
/// \throws connection_error, authentication_error
[[nodiscard]] std::unique_ptr<byte_stream> connect(const endpoint& where,
                                                   const connect_settings& how);

} // namespace tandem::channel

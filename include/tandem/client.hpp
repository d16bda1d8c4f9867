// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <string>

#include "tandem/connection.hpp"
#include "tandem/detail/export.hpp"

namespace tandem {

struct client_options {
    /// The listener's: see listener_options.
    std::string authkey{};
    /// For connecting and being accepted. Looking up the name of a host takes its own time.
    std::chrono::nanoseconds limit = std::chrono::seconds{20};
    /// True: the Unix socket may be one of another user's process.
    bool any_user = false;
    /// No message may be longer; see message_too_long.
    std::uint64_t most_bytes = std::numeric_limits<std::uint64_t>::max();
};

/// Connects to a listener: `unix:/path`, `unix:@name` or `tcp:host:port`. Returns when the listener
/// has accepted, and each end knows that the other one has the key.
///
/// Errors  connection_error, with what the system said (nobody listens there, no such host, time is
///         up); authentication_error; std::invalid_argument for an address or a key that is none.
/// Source  Python's multiprocessing.connection.Client().
[[nodiscard]] TANDEM_EXPORT connection client(const std::string& address,
                                              const client_options& options = {});

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

/// A host, by number or name, and a port.
struct tcp_name {
    std::string host;
    std::uint16_t port = 0;

    friend bool operator==(const tcp_name&, const tcp_name&) = default;
};

/// Listens at the first address of the host; port 0 is one that is free.
[[nodiscard]] result<unique_fd> listen_tcp(const tcp_name& name, int backlog);

/// Tries the host's addresses in turn, for `limit` in all (ETIMEDOUT). Looking up a name takes as
/// long as the system's resolver does.
[[nodiscard]] result<unique_fd> connect_tcp(const tcp_name& name, std::chrono::nanoseconds limit);

/// Sends small messages at once, and finds out when the other machine is gone.
void make_prompt(const unique_fd& socket) noexcept;

/// Numbers of this end and of the other one.
[[nodiscard]] result<tcp_name> own_name(const unique_fd& socket);
[[nodiscard]] result<tcp_name> peer_name(const unique_fd& socket);

} // namespace tandem::os

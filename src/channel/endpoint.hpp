// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

#include "os/tcp_socket.hpp"

namespace tandem::channel {

/// An address in words, understood: "unix:/path", "unix:@name", "tcp:host:port".
struct endpoint {
    enum class family : std::uint8_t { local, tcp };
    family kind = family::local;
    std::string path{}; // of a Unix socket; an abstract name begins with '@'
    os::tcp_name tcp{};

    /// \throws std::invalid_argument
    [[nodiscard]] static endpoint parse(const std::string& address);
    [[nodiscard]] std::string words() const;
};

/// \throws std::invalid_argument if this key is none for this address
void require_key(const endpoint& where, const std::string& key);

} // namespace tandem::channel

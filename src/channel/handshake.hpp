// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "channel/byte_stream.hpp"
#include "os/unique_fd.hpp"

namespace tandem::channel {

/// The end of a connection that one is.
enum class side : std::uint8_t { listening, connecting };

/// Finds out whether the other end of a new connection may be spoken with. Nothing here waits.
class handshake {
public:
    enum class outcome : std::uint8_t { done, await_read, await_write, refused };

    handshake() = default;
    handshake(const handshake&) = delete;
    handshake& operator=(const handshake&) = delete;
    virtual ~handshake() = default;

    /// Goes on as far as it can.
    [[nodiscard]] virtual outcome step() = 0;
    /// After `refused`: why, in words.
    [[nodiscard]] virtual std::string reason() const = 0;
    /// After `done`: the connection. The last call.
    [[nodiscard]] virtual std::unique_ptr<byte_stream> take_stream() = 0;
    [[nodiscard]] virtual const os::unique_fd& socket() const noexcept = 0;
};

} // namespace tandem::channel

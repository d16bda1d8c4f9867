// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "os/result.hpp"
#include "os/socket.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

/// Two connected Unix sockets that carry a stream of bytes, and descriptors with some of them.
[[nodiscard]] result<socket_pair> create_stream_pair() noexcept;

/// True if `descriptor` is an open Unix socket that carries a stream of bytes.
[[nodiscard]] bool is_stream_socket(int descriptor) noexcept;

/// As many descriptors as one call may send.
inline constexpr std::size_t most_descriptors_at_once = 253;

/// Two pieces of memory, one after the other.
using two_pieces = std::array<std::span<const std::byte>, 2>;

/// Sends as many bytes as go now, one at least, and with the first of them all `descriptors`.
/// Never raises SIGPIPE and never waits: a full socket is EAGAIN, a peer that is gone EPIPE or
/// ECONNRESET. There is something to send.
[[nodiscard]] result<std::size_t> send_some(const unique_fd& socket, const two_pieces& pieces,
                                            std::span<const int> descriptors = {}) noexcept;

/// Receives what is there now, as far as `room` goes; 0 bytes if nothing will ever come any more,
/// EAGAIN if nothing is there. Descriptors that come with the bytes are added to `descriptors`, or
/// closed if that is null; `is_cut` is set if this process may not have so many.
struct descriptor_inbox {
    std::vector<unique_fd> descriptors{};
    bool is_cut = false;
};
[[nodiscard]] result<std::size_t> receive_some(const unique_fd& socket, std::span<std::byte> room,
                                               descriptor_inbox* inbox = nullptr);

enum class readiness : std::uint8_t { to_read, to_write };

/// Waits until a call would not be EAGAIN, or for `limit`; no_time_limit (os/poll.hpp) is for ever.
/// Returns early when a signal comes. False: nothing has come.
[[nodiscard]] bool wait_until(int descriptor, readiness what,
                              std::chrono::nanoseconds limit) noexcept;

/// Ends one direction, whoever else has a copy.
void end_receiving(const unique_fd& socket) noexcept;
void end_sending(const unique_fd& socket) noexcept;

/// The user that the process at the other end of a Unix socket acted for when it connected, or
/// when it began to listen.
[[nodiscard]] result<std::uint32_t> peer_user(const unique_fd& socket) noexcept;
[[nodiscard]] std::uint32_t own_user() noexcept;

/// The next connection that waits at `listening`; EAGAIN if there is none.
[[nodiscard]] result<unique_fd> accept_stream(const unique_fd& listening) noexcept;

} // namespace tandem::os

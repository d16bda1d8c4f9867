// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

using socket_pair = std::pair<unique_fd, unique_fd>;

/// Two connected Unix sockets that keep message boundaries (SOCK_SEQPACKET) and carry descriptors.
[[nodiscard]] result<socket_pair> create_socket_pair() noexcept;

/// Sends one message with descriptors. Never raises SIGPIPE and never waits: a full socket is
/// EAGAIN, a peer that is gone EPIPE.
[[nodiscard]] result<void> send_message(const unique_fd& socket, std::span<const std::byte> message,
                                        std::span<const int> descriptors = {}) noexcept;

/// A received message; `bytes` is 0 when the peer has closed its end.
struct received_message {
    std::size_t bytes = 0;
    std::vector<unique_fd> descriptors;
    bool is_cut = false; // not all descriptors could be taken: too many files are open
};

/// Receives one message into `buffer` without waiting; EAGAIN if there is none. A message that does
/// not fit is EMSGSIZE. It may bring twelve descriptors.
[[nodiscard]] result<received_message> receive_message(const unique_fd& socket,
                                                       std::span<std::byte> buffer) noexcept;

/// Ends the connection whoever else holds a copy of the descriptor: a fork, say.
void shut_down(const unique_fd& socket) noexcept;

/// True if `descriptor` is an open Unix socket that keeps message boundaries.
[[nodiscard]] bool is_message_socket(int descriptor) noexcept;

/// A plain value as the bytes of a message.
template <class T>
[[nodiscard]] std::span<const std::byte> message_bytes(const T& value) noexcept {
    static_assert(std::is_trivially_copyable_v<T>);
    return std::as_bytes(std::span{&value, 1});
}

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/byte_stream.hpp"

#include <system_error>

#include "os/poll.hpp"

namespace tandem::channel {

namespace {

using outcome = io_progress::outcome;

} // namespace

io_progress io_progress::of_error(std::error_code code, outcome when_full) noexcept {
    if (code == std::errc::resource_unavailable_try_again) return {when_full, 0, {}};
    const bool is_end = code == std::errc::broken_pipe || code == std::errc::connection_reset;
    return {is_end ? outcome::ended : outcome::failed, 0, code};
}

io_progress unix_stream::write(const os::two_pieces& pieces, std::span<const int> descriptors) {
    const auto sent = os::send_some(socket_.fd(), pieces, descriptors);
    if (!sent) return io_progress::of_error(sent.error(), outcome::await_write);
    return {outcome::moved, *sent, {}};
}

io_progress unix_stream::read(std::span<std::byte> room, os::descriptor_inbox* inbox) {
    const auto received = os::receive_some(socket_.fd(), room, inbox);
    if (!received) return io_progress::of_error(received.error(), outcome::await_read);
    return {*received == 0 ? outcome::ended : outcome::moved, *received, {}};
}

io_progress unix_stream::look() {
    return {os::is_readable(socket_.fd().get()) ? outcome::moved : outcome::await_read, 0, {}};
}

} // namespace tandem::channel

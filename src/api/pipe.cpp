// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/pipe.hpp"

#include "api/connection_maker.hpp"
#include "channel/byte_stream.hpp"
#include "os/stream_socket.hpp"
#include "tandem/resource_error.hpp"

namespace tandem {

std::pair<connection, connection> pipe(const pipe_options& options) {
    auto sockets = os::create_stream_pair();
    if (!sockets) throw resource_error{"making a pipe", sockets.error()};
    const auto end = [&](os::unique_fd& socket, channel::directions ways) {
        return detail::connection_maker::make(
            std::make_unique<channel::unix_stream>(detail::descriptor{std::move(socket)}),
            {ways, options.most_bytes, "a pipe"});
    };
    auto first = end(sockets->first, {.to_read = true, .to_write = options.duplex});
    auto second = end(sockets->second, {.to_read = options.duplex, .to_write = true});
    return {std::move(first), std::move(second)};
}

} // namespace tandem

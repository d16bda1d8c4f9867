// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/connector.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "channel/handshake.hpp"
#include "channel/key_handshake.hpp"
#include "channel/tls.hpp"
#include "os/stream_socket.hpp"
#include "os/tcp_socket.hpp"
#include "os/unix_socket.hpp"
#include "tandem/connection_error.hpp"

namespace tandem::channel {

namespace {

using clock = std::chrono::steady_clock;

std::string connecting_to(const endpoint& where) { return "connecting to " + where.words(); }

std::unique_ptr<handshake> reach_local(const endpoint& where, const connect_settings& how) {
    auto socket = os::connect_unix(where.path, how.limit);
    if (!socket) throw connection_error{connecting_to(where), socket.error()};
    constexpr std::uint32_t root = 0;
    const auto user = os::peer_user(*socket);
    if (!how.any_user && (!user || (*user != root && *user != os::own_user())))
        throw authentication_error{connecting_to(where) +
                                   ": it is another user's, which only any_user allows"};
    return std::make_unique<key_handshake>(std::move(*socket), side::connecting, how.key);
}

std::unique_ptr<handshake> reach_tcp(const endpoint& where, const connect_settings& how) {
    const tls_context tls{how.key};
    auto socket = os::connect_tcp(where.tcp, how.limit);
    if (!socket) throw connection_error{connecting_to(where), socket.error()};
    os::make_prompt(*socket);
    return tls.begin(std::move(*socket), side::connecting);
}

} // namespace

std::unique_ptr<byte_stream> connect(const endpoint& where, const connect_settings& how) {
    require_key(where, how.key);
    const auto begun = clock::now();
    const auto shaking =
        where.kind == endpoint::family::tcp ? reach_tcp(where, how) : reach_local(where, how);
    for (;;) {
        const auto outcome = shaking->step();
        if (outcome == handshake::outcome::done) return shaking->take_stream();
        if (outcome == handshake::outcome::refused)
            throw authentication_error{connecting_to(where) + ": " + shaking->reason()};
        const auto left = how.limit - (clock::now() - begun);
        if (left <= left.zero())
            throw connection_error{
                connecting_to(where) + ": nobody accepted the connection in time",
                std::make_error_code(std::errc::timed_out)};
        const auto what = outcome == handshake::outcome::await_read ? os::readiness::to_read
                                                                    : os::readiness::to_write;
        (void)os::wait_until(shaking->socket().get(), what,
                             std::min<std::chrono::nanoseconds>(left, std::chrono::hours{1}));
    }
}

} // namespace tandem::channel

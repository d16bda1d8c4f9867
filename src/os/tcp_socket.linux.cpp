// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/tcp_socket.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string_view>
#include <utility>

#include "os/stream_socket.hpp"

namespace tandem::os {

namespace {

using address_list = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

class resolver_category final : public std::error_category {
public:
    [[nodiscard]] const char* name() const noexcept override { return "resolver"; }
    [[nodiscard]] std::string message(int number) const override { return ::gai_strerror(number); }
};

std::unexpected<std::error_code> resolver_error(int number) noexcept {
    static const resolver_category category;
    if (number == EAI_SYSTEM) return last_error();
    return std::unexpected{std::error_code{number, category}};
}

result<address_list> look_up(const tcp_name& name, int flags) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int failed =
        ::getaddrinfo(name.host.c_str(), std::to_string(name.port).c_str(), &hints, &found);
    if (failed != 0) return resolver_error(failed);
    return address_list{found, &::freeaddrinfo};
}

result<unique_fd> socket_for(const addrinfo& address) noexcept {
    unique_fd made{
        ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP)};
    if (!made) return last_error();
    return above_standard(std::move(made));
}

void set(const unique_fd& socket, int level, int option, int value) noexcept {
    (void)::setsockopt(socket.get(), level, option, &value, sizeof value);
}

result<unique_fd> connect_to(const addrinfo& address,
                             std::chrono::steady_clock::time_point deadline) noexcept {
    auto socket = socket_for(address);
    if (!socket) return socket;
    if (::connect(socket->get(), address.ai_addr, address.ai_addrlen) == 0) return socket;
    if (errno != EINPROGRESS) return last_error();
    for (;;) {
        const auto left = deadline - std::chrono::steady_clock::now();
        if (left <= left.zero()) return std::unexpected{error_from(ETIMEDOUT)};
        if (wait_until(socket->get(), readiness::to_write, left)) break;
    }
    int failed = 0;
    socklen_t bytes = sizeof failed;
    if (::getsockopt(socket->get(), SOL_SOCKET, SO_ERROR, &failed, &bytes) == -1)
        return last_error();
    if (failed != 0) return std::unexpected{error_from(failed)};
    return socket;
}

result<tcp_name> name_of(const sockaddr_storage& address, socklen_t bytes) {
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    const int failed =
        ::getnameinfo(reinterpret_cast<const sockaddr*>(&address), bytes, host.data(), host.size(),
                      port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV);
    if (failed != 0) return resolver_error(failed);
    tcp_name name{host.data()};
    const std::string_view digits{port.data()};
    (void)std::from_chars(digits.data(), digits.data() + digits.size(), name.port);
    return name;
}

} // namespace

result<unique_fd> listen_tcp(const tcp_name& name, int backlog) {
    const auto addresses = look_up(name, AI_PASSIVE);
    if (!addresses) return std::unexpected{addresses.error()};
    const auto& first = **addresses;
    auto socket = socket_for(first);
    if (!socket) return socket;
    set(*socket, SOL_SOCKET, SO_REUSEADDR, 1); // connections that have just ended do not matter
    if (::bind(socket->get(), first.ai_addr, first.ai_addrlen) == -1 ||
        ::listen(socket->get(), backlog) == -1)
        return last_error();
    return socket;
}

result<unique_fd> connect_tcp(const tcp_name& name, std::chrono::nanoseconds limit) {
    const auto begun = std::chrono::steady_clock::now();
    const auto end = std::chrono::steady_clock::time_point::max();
    const auto deadline = limit > end - begun ? end : begun + limit;
    const auto addresses = look_up(name, 0);
    if (!addresses) return std::unexpected{addresses.error()};
    result<unique_fd> connected = std::unexpected{error_from(EADDRNOTAVAIL)};
    for (const auto* address = addresses->get(); address != nullptr && !connected;
         address = address->ai_next)
        connected = connect_to(*address, deadline);
    return connected;
}

void make_prompt(const unique_fd& socket) noexcept {
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(socket, IPPROTO_TCP, TCP_KEEPIDLE, 60); // seconds without a sign before the first question
    set(socket, IPPROTO_TCP, TCP_KEEPINTVL, 10);
    set(socket, IPPROTO_TCP, TCP_KEEPCNT, 6);
}

result<tcp_name> own_name(const unique_fd& socket) {
    sockaddr_storage address{};
    socklen_t bytes = sizeof address;
    if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &bytes) == -1)
        return last_error();
    return name_of(address, bytes);
}

result<tcp_name> peer_name(const unique_fd& socket) {
    sockaddr_storage address{};
    socklen_t bytes = sizeof address;
    if (::getpeername(socket.get(), reinterpret_cast<sockaddr*>(&address), &bytes) == -1)
        return last_error();
    return name_of(address, bytes);
}

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/endpoint.hpp"

#include <charconv>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "os/unix_socket.hpp"

namespace tandem::channel {

namespace {

constexpr std::string_view unix_prefix = "unix:";
constexpr std::string_view tcp_prefix = "tcp:";

[[noreturn]] void refuse(const std::string& address, const std::string& why) {
    throw std::invalid_argument{"the address \"" + address + "\" " + why};
}

std::optional<std::uint16_t> port_of(std::string_view digits) {
    std::uint16_t port = 0;
    const auto* const begin = std::to_address(digits.begin());
    const auto* const end = std::to_address(digits.end());
    const auto [stopped, failed] = std::from_chars(begin, end, port);
    if (failed != std::errc{} || stopped != end) return std::nullopt;
    return port;
}

endpoint parse_unix(const std::string& address, std::string path) {
    if (path.empty() || path == "@") refuse(address, "has no path: it is unix:/path or unix:@name");
    if (path.size() > os::most_unix_name_bytes)
        refuse(address, "is too long: a Unix socket's name has " +
                            std::to_string(os::most_unix_name_bytes) + " bytes at most");
    if (path.contains('\0')) refuse(address, "has a zero byte in its name");
    return {.path = std::move(path)};
}

endpoint parse_tcp(const std::string& address, std::string_view rest) {
    const auto colon = rest.rfind(':');
    const auto port = colon == rest.npos ? std::nullopt : port_of(rest.substr(colon + 1));
    if (!port) refuse(address, "has no port of 0 to 65535: it is tcp:host:port");
    auto host = rest.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty())
        refuse(address, "has no host: 127.0.0.1 is this machine, 0.0.0.0 all of its addresses");
    return {.kind = endpoint::family::tcp, .tcp = {std::string{host}, *port}};
}

} // namespace

endpoint endpoint::parse(const std::string& address) {
    if (address.starts_with(unix_prefix))
        return parse_unix(address, address.substr(unix_prefix.size()));
    if (address.starts_with(tcp_prefix))
        return parse_tcp(address, std::string_view{address}.substr(tcp_prefix.size()));
    refuse(address, "is none: unix:/path, unix:@name and tcp:host:port are");
}

std::string endpoint::words() const {
    if (kind == family::local) return std::string{unix_prefix} + path;
    const bool is_ipv6 = tcp.host.contains(':');
    return std::string{tcp_prefix} + (is_ipv6 ? "[" : "") + tcp.host + (is_ipv6 ? "]" : "") + ":" +
           std::to_string(tcp.port);
}

void require_key(const endpoint& where, const std::string& key) {
    constexpr std::size_t least_bytes = 16;
    if (where.kind == endpoint::family::tcp && key.size() < least_bytes)
        throw std::invalid_argument{
            where.words() + ": over TCP an authkey of " + std::to_string(least_bytes) +
            " random bytes at least is needed, this one has " + std::to_string(key.size())};
}

} // namespace tandem::channel

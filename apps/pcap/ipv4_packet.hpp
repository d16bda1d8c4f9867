// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "byte_order.hpp"

namespace traffic {

/// The protocols that are counted.
enum protocol : std::uint8_t { icmp, tcp, udp, other_protocol, protocols };

/// The protocol that each value of the IP header's protocol byte stands for.
inline constexpr auto protocol_of_byte = [] {
    std::array<protocol, 256> table{};
    table.fill(other_protocol);
    table[1] = icmp;
    table[6] = tcp;
    table[17] = udp;
    return table;
}();

/// What the statistics need to know of an IPv4 packet. Nothing is copied beyond these few fields.
struct ipv4_packet {
    // As they lie in the packet: addresses are only compared.
    std::uint32_t source = 0;
    std::uint32_t destination = 0;
    std::uint16_t total_length = 0;
    protocol transport = other_protocol;
    // Only if the whole fixed TCP or UDP header is there, otherwise nullptr.
    const std::byte* transport_header = nullptr;

    /// Reads the header at `ip`, of which 20 bytes must be there; the capture has no more than
    /// [ip, end) of the packet.
    ///
    /// The transport header counts only in the first fragment, behind a header length of at least
    /// five words, and if it lies within both the captured bytes and the total length. A total
    /// length below the header length (segmentation offload writes 0) says nothing.
    [[nodiscard]] static ipv4_packet read(const std::byte* ip, const std::byte* end) noexcept {
        constexpr std::size_t least_header_bytes = 20;
        constexpr std::size_t never = 1 << 20;
        constexpr std::array<std::size_t, protocols> transport_bytes{never, 20, 8, never};

        const std::size_t header_bytes = std::to_integer<std::size_t>(ip[0] & std::byte{0x0f}) * 4;
        const auto total_length = load_big<std::uint16_t>(ip + 2);
        const auto fragment_offset = load_big<std::uint16_t>(ip + 6) & 0x1fff;
        const auto transport = protocol_of_byte[std::to_integer<std::size_t>(ip[9])];
        const auto captured = static_cast<std::size_t>(end - ip);
        const auto limit =
            total_length < header_bytes ? captured : std::min<std::size_t>(total_length, captured);
        const bool whole = header_bytes >= least_header_bytes && fragment_offset == 0 &&
                           header_bytes + transport_bytes[transport] <= limit;
        return {.source = load_native<std::uint32_t>(ip + 12),
                .destination = load_native<std::uint32_t>(ip + 16),
                .total_length = total_length,
                .transport = transport,
                .transport_header = whole ? ip + header_bytes : nullptr};
    }
};

} // namespace traffic

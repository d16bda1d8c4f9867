// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "ethernet.hpp"

#include <cstring>

namespace traffic {

namespace {

constexpr std::uint16_t ipv4_type = 0x0800;
constexpr std::uint16_t customer_tag = 0x8100; // 802.1Q
constexpr std::uint16_t service_tag = 0x88a8;  // 802.1ad
constexpr std::uint16_t pppoe_session = 0x8864;
constexpr std::uint16_t max_length_field = 1500; // up to here the type field is a length (802.3)

/// A position in a frame, and the type of what begins there.
struct layer {
    const std::byte* begin;
    std::uint16_t type;
};

/// PPPoE session data that carries IPv4 (RFC 2516): version, code 0, session, length, protocol.
const std::byte* skip_pppoe(const std::byte* begin, const std::byte* end) {
    constexpr std::ptrdiff_t header_bytes = 8;
    constexpr std::uint16_t ppp_ipv4 = 0x0021;
    if (end - begin < header_bytes || begin[1] != std::byte{0}) return nullptr;
    return load_big<std::uint16_t>(begin + 6) == ppp_ipv4 ? begin + header_bytes : nullptr;
}

/// Steps over one tag or LLC/SNAP header; begin is nullptr where the frame has neither.
layer skip_one(layer from, const std::byte* end) {
    constexpr std::ptrdiff_t tag_bytes = 4;
    constexpr std::ptrdiff_t snap_bytes = 8;
    constexpr std::uint8_t snap[] = {0xaa, 0xaa, 0x03};
    const auto left = end - from.begin;
    if (from.type == customer_tag || from.type == service_tag) {
        if (left < tag_bytes) return {nullptr, 0};
        return {from.begin + tag_bytes, load_big<std::uint16_t>(from.begin + 2)};
    }
    if (from.type <= max_length_field) {
        if (left < snap_bytes || std::memcmp(from.begin, snap, sizeof snap) != 0) {
            return {nullptr, 0};
        }
        return {from.begin + snap_bytes, load_big<std::uint16_t>(from.begin + 6)};
    }
    return {nullptr, 0};
}

} // namespace

const std::byte* find_ipv4_behind_tags(const std::byte* frame, const std::byte* end) noexcept {
    layer at{frame + 14, load_big<std::uint16_t>(frame + 12)};
    while (at.begin != nullptr && at.type != ipv4_type && at.type != pppoe_session) {
        at = skip_one(at, end);
    }
    if (at.begin != nullptr && at.type == pppoe_session) at.begin = skip_pppoe(at.begin, end);
    if (at.begin == nullptr || end - at.begin < std::ptrdiff_t{ipv4_fixed_bytes}) return nullptr;
    return at.begin;
}

} // namespace traffic

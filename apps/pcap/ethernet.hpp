// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>

#include "byte_order.hpp"

namespace traffic {

inline constexpr std::size_t ipv4_fixed_bytes = 20;

/// Finds an IPv4 header behind tags, LLC/SNAP or PPPoE; nullptr if there is none.
/// The general form of find_ipv4(), for frames whose first type is not IPv4.
[[nodiscard]] const std::byte* find_ipv4_behind_tags(const std::byte* frame,
                                                     const std::byte* end) noexcept;

/// The outermost IPv4 header of the Ethernet frame [frame, end), nullptr if there is none or fewer
/// than its 20 fixed bytes are there. The type field alone decides, as in the original definition:
/// a version nibble other than 4 behind EtherType 0x0800 still counts.
[[nodiscard]] inline const std::byte* find_ipv4(const std::byte* frame,
                                                const std::byte* end) noexcept {
    constexpr std::size_t type_offset = 12;
    constexpr std::size_t header_bytes = 14;
    constexpr std::uint16_t ipv4 = 0x0800;
    const auto captured = static_cast<std::size_t>(end - frame);
    if (captured < header_bytes + ipv4_fixed_bytes) return nullptr;
    if (load_big<std::uint16_t>(frame + type_offset) == ipv4) [[likely]] {
        return frame + header_bytes;
    }
    return find_ipv4_behind_tags(frame, end);
}

} // namespace traffic

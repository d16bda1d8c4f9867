// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Integers out of packet bytes. Addresses need not be aligned; the caller has checked the bounds.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace traffic {

/// The four bytes as they lie in memory; enough where only equality matters.
template <class Integer>
[[nodiscard]] inline Integer load_native(const std::byte* from) noexcept {
    Integer value{};
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// A number in network byte order.
template <class Integer>
[[nodiscard]] inline Integer load_big(const std::byte* from) noexcept {
    const auto value = load_native<Integer>(from);
    return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}

/// A number in the byte order of the machine that wrote the capture.
template <bool Swapped>
[[nodiscard]] inline std::uint32_t load_field(const std::byte* from) noexcept {
    const auto value = load_native<std::uint32_t>(from);
    return Swapped ? std::byteswap(value) : value;
}

[[nodiscard]] inline std::uint32_t load_field(const std::byte* from, bool swapped) noexcept {
    return swapped ? load_field<true>(from) : load_field<false>(from);
}

} // namespace traffic

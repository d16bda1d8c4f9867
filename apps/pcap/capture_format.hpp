// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace traffic {

class mapped_file;

/// What the global header of a classic pcap file says.
///
/// Source    draft-ietf-opsawg-pcap, section 4, "General File Structure".
struct capture_format {
    static constexpr std::uint64_t header_bytes = 24;
    static constexpr std::uint64_t record_header_bytes = 16;

    bool swapped = false; // written by a machine of the other byte order
    bool nanoseconds = false;

    [[nodiscard]] std::int64_t ticks_per_second() const noexcept {
        return nanoseconds ? 1'000'000'000 : 1'000'000;
    }
    /// Digits behind the decimal point of a time.
    [[nodiscard]] int decimals() const noexcept { return nanoseconds ? 9 : 6; }
};

/// Reads the global header.
/// \throws capture_error that names what was found if it is not a classic pcap of Ethernet frames.
[[nodiscard]] capture_format read_format(const mapped_file& file);

/// Names the kind of file that begins with `head`, for an error message: "a gzip file", "text".
[[nodiscard]] std::string name_content(std::span<const std::byte> head);

} // namespace traffic

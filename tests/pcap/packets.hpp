// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Frames made by hand, and captures of them.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace traffic::test {

using bytes = std::vector<std::byte>;

[[nodiscard]] bytes joined(std::initializer_list<bytes> parts);
[[nodiscard]] bytes hex(const std::string& digits); // "0800 45", blanks are skipped
[[nodiscard]] bytes first(std::size_t count, bytes of);

/// The fields of an IPv4 header that matter here.
struct ip_fields {
    std::uint8_t first_byte = 0x45; // version and header length in words
    std::uint16_t total_length = 40;
    std::uint16_t fragment = 0; // flags and offset
    std::uint8_t protocol = 6;
    std::uint32_t source = 0x0a000001;
    std::uint32_t destination = 0x0a000002;
};

inline constexpr std::uint8_t fin_flag = 1;
inline constexpr std::uint8_t syn_flag = 2;
inline constexpr std::uint8_t ack_flag = 16;

[[nodiscard]] bytes ethernet_header(std::uint16_t type);
[[nodiscard]] bytes ip_header(const ip_fields& fields = {}); // the 20 fixed bytes
[[nodiscard]] bytes tcp_header(std::uint8_t flags, std::uint16_t source = 1000,
                               std::uint16_t destination = 80);
[[nodiscard]] bytes udp_header(std::uint16_t source = 2000, std::uint16_t destination = 53);
[[nodiscard]] bytes tcp_frame(std::uint8_t flags);

/// How a capture is written.
struct capture_style {
    bool swapped = false;
    bool nanoseconds = false;
    std::uint32_t link_type = 1;
};

struct timed_packet {
    std::uint32_t seconds = 0;
    std::uint32_t fraction = 0;
    bytes frame;
};

[[nodiscard]] bytes capture_header(const capture_style& style = {});
[[nodiscard]] bytes capture_record(const timed_packet& packet, bool swapped = false);
[[nodiscard]] bytes capture_of(const std::vector<timed_packet>& packets,
                               const capture_style& style = {});

/// A file with this content, until the end of the test.
class temporary_file {
public:
    explicit temporary_file(const bytes& content);
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file();

    [[nodiscard]] std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

} // namespace traffic::test

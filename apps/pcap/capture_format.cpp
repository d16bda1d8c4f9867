// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "capture_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "byte_order.hpp"
#include "capture_error.hpp"
#include "mapped_file.hpp"

namespace traffic {

namespace {

constexpr std::uint32_t microsecond_magic = 0xa1b2c3d4;
constexpr std::uint32_t nanosecond_magic = 0xa1b23c4d;
constexpr std::uint32_t ethernet = 1;

struct signature {
    std::string_view bytes;
    std::string_view name;
};

using namespace std::string_view_literals;

// The content decides, never the name of the file.
constexpr std::array signatures{
    signature{"\x0a\x0d\x0d\x0a"sv, "a pcapng file"},
    signature{"\x1f\x8b"sv, "a gzip file"},
    signature{"\x28\xb5\x2f\xfd"sv, "a zstd file"},
    signature{"\xfd\x37zXZ"sv, "an xz file"},
    signature{"BZh"sv, "a bzip2 file"},
    signature{"\x04\x22\x4d\x18"sv, "an lz4 file"},
    signature{"PK\x03\x04"sv, "a zip file"},
    signature{"snoop\0\0\0"sv, "a snoop file"},
    signature{"ERF"sv, "an ERF file"},
    signature{"\x34\xcd\xb2\xa1"sv, "a pcap file with Kuznetzov's longer record headers"},
    signature{"\xa1\xb2\xcd\x34"sv, "a pcap file with Kuznetzov's longer record headers"},
};

struct link_type_name {
    std::uint32_t number;
    std::string_view name;
};

// https://www.tcpdump.org/linktypes.html, those that people meet.
constexpr std::array link_type_names{
    link_type_name{0, "NULL"},
    link_type_name{1, "ETHERNET"},
    link_type_name{6, "IEEE802_5"},
    link_type_name{8, "SLIP"},
    link_type_name{9, "PPP"},
    link_type_name{10, "FDDI"},
    link_type_name{12, "RAW"},
    link_type_name{50, "PPP_HDLC"},
    link_type_name{51, "PPP_ETHER"},
    link_type_name{101, "RAW"},
    link_type_name{104, "C_HDLC"},
    link_type_name{105, "IEEE802_11"},
    link_type_name{107, "FRELAY"},
    link_type_name{108, "LOOP"},
    link_type_name{113, "LINUX_SLL"},
    link_type_name{117, "PFLOG"},
    link_type_name{119, "IEEE802_11_PRISM"},
    link_type_name{127, "IEEE802_11_RADIOTAP"},
    link_type_name{163, "IEEE802_11_AVS"},
    link_type_name{187, "BLUETOOTH_HCI_H4"},
    link_type_name{189, "USB_LINUX"},
    link_type_name{192, "PPI"},
    link_type_name{195, "IEEE802_15_4_WITHFCS"},
    link_type_name{220, "USB_LINUX_MMAPPED"},
    link_type_name{228, "IPV4"},
    link_type_name{229, "IPV6"},
    link_type_name{249, "USBPCAP"},
    link_type_name{276, "LINUX_SLL2"},
};

std::string name_link_type(std::uint32_t number) {
    const auto* const found = std::ranges::find(link_type_names, number, &link_type_name::number);
    if (found == link_type_names.end()) return fmt::format("{}", number);
    return fmt::format("{} ({})", number, found->name);
}

/// Mostly ASCII, and no control characters but those of text.
bool is_text(std::span<const std::byte> head) {
    const auto is_letter = [](std::byte value) {
        const auto code = std::to_integer<unsigned>(value);
        return (code >= 0x20 && code < 0x7f) || (code >= 0x08 && code <= 0x0d) || code == 0x1b;
    };
    const auto is_beyond_ascii = [](std::byte value) { return value >= std::byte{0x80}; };
    const auto letters = std::ranges::count_if(head, is_letter);
    const auto others = std::ranges::count_if(head, is_beyond_ascii);
    return letters > others && letters + others == std::ssize(head);
}

bool is_magic(std::uint32_t magic) {
    return magic == microsecond_magic || magic == nanosecond_magic;
}

} // namespace

std::string name_content(std::span<const std::byte> head) {
    for (const auto& [bytes, name] : signatures) {
        if (head.size() >= bytes.size() &&
            std::memcmp(head.data(), bytes.data(), bytes.size()) == 0) {
            return std::string{name};
        }
    }
    if (is_text(head)) return "text";
    if (head.size() < sizeof(std::uint32_t)) return "a fragment of a file";
    return fmt::format("a file with the unknown magic number 0x{:08x}",
                       load_big<std::uint32_t>(head.data()));
}

capture_format read_format(const mapped_file& file) {
    std::array<std::byte, 256> buffer{};
    const auto head = std::span{buffer}.first(file.read_at(0, buffer));
    if (head.empty()) throw capture_error{file.path(), "is empty"};

    const auto magic = head.size() < sizeof(std::uint32_t) ? 0 : load_field<false>(head.data());
    capture_format format{.swapped = !is_magic(magic), .nanoseconds = false};
    const auto ordered = format.swapped ? std::byteswap(magic) : magic;
    if (!is_magic(ordered)) {
        throw capture_error{file.path(),
                            "is " + name_content(head) + "; only classic pcap files are read"};
    }
    format.nanoseconds = ordered == nanosecond_magic;
    if (head.size() < capture_format::header_bytes) {
        throw capture_error{
            file.path(), fmt::format("is cut inside the global header: {} of {} bytes", head.size(),
                                     capture_format::header_bytes)};
    }

    const auto version = load_native<std::uint16_t>(head.data() + 4);
    const auto major = format.swapped ? std::byteswap(version) : version;
    if (major != 2) {
        throw capture_error{file.path(), fmt::format("has pcap version {}; only 2 is read", major)};
    }
    // The upper half holds flags and the length of the frame check sequence.
    const auto link_type = load_field(head.data() + 20, format.swapped) & 0xffff;
    if (link_type != ethernet) {
        throw capture_error{file.path(), "has link type " + name_link_type(link_type) +
                                             "; only 1 (ETHERNET) is read"};
    }
    return format;
}

} // namespace traffic

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "packets.hpp"

#include <fmt/format.h>

#include <fstream>
#include <random>
#include <stdexcept>

namespace traffic::test {

namespace {

template <class Integer>
void append(bytes& to, Integer value, bool big_endian) {
    for (std::size_t i = 0; i < sizeof value; ++i) {
        const auto shift = 8 * (big_endian ? sizeof value - 1 - i : i);
        to.push_back(static_cast<std::byte>(value >> shift & 0xff));
    }
}

template <class... Integers>
bytes big_endian(Integers... values) {
    bytes result;
    (append(result, values, true), ...);
    return result;
}

constexpr std::uint8_t byte(unsigned value) { return static_cast<std::uint8_t>(value); }
constexpr std::uint16_t word(unsigned value) { return static_cast<std::uint16_t>(value); }

} // namespace

bytes joined(std::initializer_list<bytes> parts) {
    bytes whole;
    for (const auto& part : parts) whole.insert(whole.end(), part.begin(), part.end());
    return whole;
}

bytes hex(const std::string& digits) {
    std::string dense;
    for (const char digit : digits) {
        if (digit != ' ') dense.push_back(digit);
    }
    bytes result;
    for (std::size_t i = 0; i < dense.size(); i += 2) {
        result.push_back(static_cast<std::byte>(std::stoi(dense.substr(i, 2), nullptr, 16)));
    }
    return result;
}

bytes first(std::size_t count, bytes of) {
    of.resize(count);
    return of;
}

bytes ethernet_header(std::uint16_t type) {
    return joined({hex("020000000001 020000000002"), big_endian(type)});
}

bytes ip_header(const ip_fields& fields) {
    return big_endian(fields.first_byte, byte(0), fields.total_length, word(0), fields.fragment,
                      byte(64), fields.protocol, word(0), fields.source, fields.destination);
}

bytes tcp_header(std::uint8_t flags, std::uint16_t source, std::uint16_t destination) {
    return big_endian(source, destination, std::uint32_t{1}, std::uint32_t{2}, byte(0x50), flags,
                      word(1024), word(0), word(0));
}

bytes udp_header(std::uint16_t source, std::uint16_t destination) {
    return big_endian(source, destination, word(8), word(0));
}

bytes tcp_frame(std::uint8_t flags) {
    return joined({ethernet_header(0x0800), ip_header(), tcp_header(flags)});
}

bytes capture_header(const capture_style& style) {
    bytes header;
    const auto put = [&](auto value) { append(header, value, style.swapped); };
    put(std::uint32_t{style.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4});
    put(word(2));
    put(word(4));
    put(std::uint32_t{0});
    put(std::uint32_t{0});
    put(std::uint32_t{65535});
    put(style.link_type);
    return header;
}

bytes capture_record(const timed_packet& packet, bool swapped) {
    bytes record;
    const auto length = static_cast<std::uint32_t>(packet.frame.size());
    for (const auto value : {packet.seconds, packet.fraction, length, length}) {
        append(record, value, swapped);
    }
    return joined({record, packet.frame});
}

bytes capture_of(const std::vector<timed_packet>& packets, const capture_style& style) {
    auto whole = capture_header(style);
    for (const auto& packet : packets) {
        const auto record = capture_record(packet, style.swapped);
        whole.insert(whole.end(), record.begin(), record.end());
    }
    return whole;
}

temporary_file::temporary_file(const bytes& content) {
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() / fmt::format("tandem-{:08x}.pcap", random());
    std::ofstream file{path_, std::ios::binary};
    file.write(reinterpret_cast<const char*>(content.data()),
               static_cast<std::streamsize>(content.size()));
    if (!file.flush()) throw std::runtime_error{path_.string() + ": cannot write"};
}

temporary_file::~temporary_file() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
}

} // namespace traffic::test

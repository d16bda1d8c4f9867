// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how many packets of a capture can be analysed in a second? Page cache warm.
// Engine    a bare libpcap loop that only looks the fields up: addresses, length, protocol, ports
//           and flags of IPv4, behind VLAN tags too. No statistics, one process.
// Reported  packets of the capture per second of wall time.

#include <pcap/pcap.h>

#include <span>

#include "support/pcap.hpp"

namespace {

using bytes = std::span<const std::uint8_t>;

constexpr std::uint32_t u16(bytes b, std::size_t at) {
    return static_cast<std::uint32_t>(b[at] << 8 | b[at + 1]);
}
constexpr std::uint32_t u32(bytes b, std::size_t at) { return u16(b, at) << 16 | u16(b, at + 2); }

/// Sums of everything looked up, so that the compiler has to look it up.
struct totals {
    std::uint64_t packets = 0, ip_packets = 0, ip_bytes = 0;
    std::uint64_t sources = 0, destinations = 0, ports = 0, flags = 0;
};

void add_transport(totals& t, bytes segment, unsigned protocol) {
    if (protocol == 6 && segment.size() >= 20) {
        t.ports += u16(segment, 0) + u16(segment, 2);
        t.flags += segment[13] & 3U; // SYN and FIN
    } else if (protocol == 17 && segment.size() >= 8) {
        t.ports += u16(segment, 0) + u16(segment, 2);
    }
}

void add_ip(totals& t, bytes packet) {
    if (packet.size() < 20 || packet[0] >> 4 != 4) return;
    ++t.ip_packets;
    t.ip_bytes += u16(packet, 2);
    t.sources += u32(packet, 12);
    t.destinations += u32(packet, 16);
    const std::size_t header_bytes = std::size_t{packet[0] & 15U} * 4;
    const bool first_fragment = (u16(packet, 6) & 0x1fffU) == 0;
    if (!first_fragment || header_bytes < 20 || header_bytes > packet.size()) return;
    add_transport(t, packet.subspan(header_bytes), packet[9]);
}

void add_frame(u_char* user, const pcap_pkthdr* header, const u_char* data) {
    auto& t = *reinterpret_cast<totals*>(user);
    ++t.packets;
    const bytes frame{data, header->caplen};
    std::size_t at = 12;
    while (at + 2 <= frame.size() && (u16(frame, at) == 0x8100 || u16(frame, at) == 0x88a8)) {
        at += 4;
    }
    if (at + 2 <= frame.size() && u16(frame, at) == 0x0800) add_ip(t, frame.subspan(at + 2));
}

} // namespace

int main(int count, char** arguments) {
    const bench::pcap_arguments given{count, arguments};

    const bench::stopwatch watch;
    char error[PCAP_ERRBUF_SIZE] = "";
    pcap_t* const capture = pcap_open_offline(given.capture, error);
    bench::require(capture != nullptr, error);
    totals t;
    const int outcome = pcap_loop(capture, -1, add_frame, reinterpret_cast<u_char*>(&t));
    pcap_close(capture);
    const double seconds = watch.seconds();

    bench::require(outcome == 0, "the loop ended before the capture");
    bench::require(t.packets == given.packets, "number of packets");
    bench::require(t.ip_packets > 0 && t.ip_bytes + t.sources + t.destinations > 0, "IP packets");
    bench::require(t.ports > 0 && t.flags > 0, "ports and flags");
    bench::report_packets("libpcap", given.packets, seconds);
}

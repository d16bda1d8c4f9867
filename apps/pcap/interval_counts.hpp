// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

namespace traffic {

/// What is simply counted over the IPv4 packets of an interval, or of a part of one.
struct interval_counts {
    std::uint64_t ip_packets = 0;
    std::uint64_t total_length = 0; // sum of the lengths in the IP headers, bytes
    std::uint64_t icmp = 0;
    std::uint64_t tcp = 0;
    std::uint64_t udp = 0;
    std::uint64_t syn = 0;
    std::uint64_t fin = 0;
    std::uint64_t tcp_with_ports = 0;
    std::uint64_t udp_with_ports = 0;

    bool operator==(const interval_counts&) const = default;

    void add(const interval_counts& other) {
        ip_packets += other.ip_packets;
        total_length += other.total_length;
        icmp += other.icmp;
        tcp += other.tcp;
        udp += other.udp;
        syn += other.syn;
        fin += other.fin;
        tcp_with_ports += other.tcp_with_ports;
        udp_with_ports += other.udp_with_ports;
    }
};

} // namespace traffic

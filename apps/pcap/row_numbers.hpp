// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "interval_row.hpp"

namespace traffic {

// Numbers per packet; 0 for an interval without IP packets.

[[nodiscard]] inline double per_packet(std::uint64_t sum, const interval_row& row) {
    const auto packets = row.counts.ip_packets;
    return packets == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(packets);
}

[[nodiscard]] inline double mean_length(const interval_row& row) {
    return per_packet(row.counts.total_length, row);
}
[[nodiscard]] inline double icmp_share(const interval_row& row) {
    return per_packet(row.counts.icmp, row);
}
[[nodiscard]] inline double tcp_share(const interval_row& row) {
    return per_packet(row.counts.tcp, row);
}
[[nodiscard]] inline double udp_share(const interval_row& row) {
    return per_packet(row.counts.udp, row);
}

} // namespace traffic

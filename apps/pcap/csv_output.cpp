// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "csv_output.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "decimal.hpp"
#include "row_numbers.hpp"

namespace traffic {

namespace {

constexpr auto heading =
    "timestamp,ip_packets,distinct_src,distinct_dst,f2_src,f2_dst,entropy_src,entropy_dst,"
    "iat_mean,iat_std,iat_skew,iat_kurt,mean_ip_len,share_icmp,share_tcp,share_udp,tcp_syn,"
    "tcp_fin,tcp_src_port_count,tcp_dst_port_count,udp_src_port_count,udp_dst_port_count\n";

std::string cell(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }

} // namespace

std::string csv_text(const analysis& result) {
    fmt::memory_buffer text;
    const auto out = std::back_inserter(text);
    fmt::format_to(out, heading);
    const auto decimals = result.format.decimals();
    for (const auto& row : result.rows) {
        const auto& counts = row.counts;
        fmt::format_to(out, "{},{},{},{},{},{},{},{},", seconds_text(row.end, decimals),
                       counts.ip_packets, row.sources.distinct, row.destinations.distinct,
                       row.sources.f2, row.destinations.f2, row.sources.entropy,
                       row.destinations.entropy);
        fmt::format_to(out, "{},{},{},{},{},{},{},{},",
                       mean_seconds_text(row.iat_sum, counts.ip_packets, decimals),
                       row.iat.deviation, cell(row.iat.skewness), cell(row.iat.kurtosis),
                       mean_length(row), icmp_share(row), tcp_share(row), udp_share(row));
        fmt::format_to(out, "{},{},{},{},{},{}\n", counts.syn, counts.fin, counts.tcp_with_ports,
                       counts.tcp_with_ports, counts.udp_with_ports, counts.udp_with_ports);
    }
    return fmt::to_string(text);
}

} // namespace traffic

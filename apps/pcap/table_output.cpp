// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "table_output.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "decimal.hpp"
#include "row_numbers.hpp"

namespace traffic {

namespace {

/// "2024-02-08 15:18:20.738154", all digits that the capture has.
std::string utc_text(std::int64_t ticks, const capture_format& format) {
    const auto whole =
        std::chrono::sys_seconds{std::chrono::seconds{ticks / format.ticks_per_second()}};
    return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:0{}}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                       ticks % format.ticks_per_second(), format.decimals());
}

std::size_t time_width(const capture_format& format) {
    constexpr std::size_t without_decimals = 20;
    return without_decimals + static_cast<std::size_t>(format.decimals());
}

double mean_iat_milliseconds(const interval_row& row, const capture_format& format) {
    constexpr double milliseconds = 1e3;
    const auto text = mean_seconds_text(row.iat_sum, row.counts.ip_packets, format.decimals());
    return std::strtod(text.c_str(), nullptr) * milliseconds;
}

} // namespace

std::string table_heading(const capture_format& format) {
    return fmt::format(
        "{:<{}} {:>10} {:>8} {:>8} {:>9} {:>9} {:>7} {:>7} {:>9} {:>7} {:>6} {:>6} {:>6} {:>8} "
        "{:>8}\n",
        "interval end (UTC)", time_width(format), "IP packets", "src", "dst", "F2 src", "F2 dst",
        "H src", "H dst", "IAT ms", "bytes", "ICMP%", "TCP%", "UDP%", "SYN", "FIN");
}

std::string table_row(const interval_row& row, const capture_format& format) {
    constexpr double percent = 100;
    return fmt::format(
        "{:<{}} {:>10} {:>8} {:>8} {:>#9.4g} {:>#9.4g} {:>7.4f} {:>7.4f} {:>#9.4g} {:>7.1f} "
        "{:>6.2f} "
        "{:>6.2f} {:>6.2f} {:>8} {:>8}\n",
        utc_text(row.end, format), time_width(format), row.counts.ip_packets, row.sources.distinct,
        row.destinations.distinct, row.sources.f2, row.destinations.f2, row.sources.entropy,
        row.destinations.entropy, mean_iat_milliseconds(row, format), mean_length(row),
        icmp_share(row) * percent, tcp_share(row) * percent, udp_share(row) * percent,
        row.counts.syn, row.counts.fin);
}

std::string table_footing(const analysis& result) {
    return fmt::format(
        "{} packets, {} intervals of {} s; ports in the whole run: TCP {} source, {} destination, "
        "UDP {} source, {} destination\n",
        result.packets, result.rows.size(), result.interval,
        result.ports.count(port_sets::tcp_source), result.ports.count(port_sets::tcp_destination),
        result.ports.count(port_sets::udp_source), result.ports.count(port_sets::udp_destination));
}

} // namespace traffic

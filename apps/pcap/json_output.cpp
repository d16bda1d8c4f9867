// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "json_output.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "decimal.hpp"
#include "row_numbers.hpp"

namespace traffic {

namespace {

using json = nlohmann::ordered_json;

template <class Number>
json column(const analysis& result, Number number) {
    auto values = json::array();
    for (const auto& row : result.rows) values.push_back(number(row));
    return values;
}

template <class Member>
json counts_column(const analysis& result, Member member) {
    return column(result, [member](const interval_row& row) { return row.counts.*member; });
}

json address_columns(const analysis& result) {
    const auto of = [&](auto spread, auto member) {
        return column(result, [=](const interval_row& row) { return row.*spread.*member; });
    };
    return {{"distinct_src", of(&interval_row::sources, &address_spread::distinct)},
            {"distinct_dst", of(&interval_row::destinations, &address_spread::distinct)},
            {"f2_src", of(&interval_row::sources, &address_spread::f2)},
            {"f2_dst", of(&interval_row::destinations, &address_spread::f2)},
            {"entropy_src", of(&interval_row::sources, &address_spread::entropy)},
            {"entropy_dst", of(&interval_row::destinations, &address_spread::entropy)}};
}

json iat_columns(const analysis& result) {
    const auto of = [&](auto member) {
        return column(result, [=](const interval_row& row) { return row.iat.*member; });
    };
    // Without IP packets there is no sum of times, whose digits the string would keep: plain 0.
    const auto mean = [&](const interval_row& row) {
        const auto packets = row.counts.ip_packets;
        const auto decimals = result.format.decimals();
        return packets == 0 ? json(0) : json(mean_seconds_text(row.iat_sum, packets, decimals));
    };
    return {{"iat_mean", column(result, mean)},
            {"iat_std", of(&iat_moments::deviation)},
            {"iat_skew", of(&iat_moments::skewness)},
            {"iat_kurt", of(&iat_moments::kurtosis)}};
}

json per_interval(const analysis& result) {
    const auto end = [&](const interval_row& row) {
        return seconds_text(row.end, result.format.decimals());
    };
    json columns{{"timestamp", column(result, end)},
                 {"ip_packets", counts_column(result, &interval_counts::ip_packets)}};
    columns.update(address_columns(result));
    columns.update(iat_columns(result));
    columns["mean_ip_len"] = column(result, mean_length);
    columns["share_icmp"] = column(result, icmp_share);
    columns["share_tcp"] = column(result, tcp_share);
    columns["share_udp"] = column(result, udp_share);
    columns["tcp_syn"] = counts_column(result, &interval_counts::syn);
    columns["tcp_fin"] = counts_column(result, &interval_counts::fin);
    columns["tcp_src_port_count"] = counts_column(result, &interval_counts::tcp_with_ports);
    columns["tcp_dst_port_count"] = counts_column(result, &interval_counts::tcp_with_ports);
    columns["udp_src_port_count"] = counts_column(result, &interval_counts::udp_with_ports);
    columns["udp_dst_port_count"] = counts_column(result, &interval_counts::udp_with_ports);
    return columns;
}

} // namespace

std::string json_text(const analysis& result) {
    const json document{{"capture",
                         {{"name", std::filesystem::path{result.path}.filename().string()},
                          {"bytes", result.bytes}}},
                        {"settings", {{"interval", result.interval}}},
                        {"packet_count", result.packets},
                        {"intervals", result.rows.size()},
                        {"per_interval", per_interval(result)},
                        {"distinct_ports_whole_run",
                         {{"tcp_src", result.ports.count(port_sets::tcp_source)},
                          {"tcp_dst", result.ports.count(port_sets::tcp_destination)},
                          {"udp_src", result.ports.count(port_sets::udp_source)},
                          {"udp_dst", result.ports.count(port_sets::udp_destination)}}}};
    // A file name need not be UTF-8, but JSON must.
    return document.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace traffic

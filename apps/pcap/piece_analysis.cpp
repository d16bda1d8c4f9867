// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "piece_analysis.hpp"

#include <array>

#include "byte_order.hpp"
#include "ethernet.hpp"
#include "ipv4_packet.hpp"

namespace traffic {

namespace {

/// Addresses on their way into a table: a batch long enough for the prefetches to arrive.
class address_batch {
public:
    explicit address_batch(address_table& table) : table_{table} {}

    void add(std::uint32_t address) {
        table_.prefetch(address);
        waiting_[count_++] = address;
        if (count_ == waiting_.size()) flush();
    }

    void flush() {
        for (std::size_t i = 0; i < count_; ++i) table_.add(waiting_[i]);
        count_ = 0;
    }

private:
    address_table& table_;
    std::size_t count_ = 0;
    std::array<std::uint32_t, 32> waiting_;
};

/// Counts the packets of one run; its members are what the inner loop updates.
class run_counter {
public:
    explicit run_counter(piece_tables& tables)
        : tables_{tables}, sources_{tables.sources}, destinations_{tables.destinations} {}

    template <bool Swapped>
    run_summary count(const packet_run& run);

private:
    void count_packet(const ipv4_packet& packet);
    void count_iat(std::int64_t ticks);
    void flush();

    piece_tables& tables_;
    address_batch sources_;
    address_batch destinations_;
    small_iat_sums small_iats_;
    std::uint64_t ip_packets_ = 0;
    std::uint64_t total_length_ = 0;
    std::uint64_t syn_ = 0;
    std::uint64_t fin_ = 0;
    std::array<std::uint64_t, protocols> by_protocol_{};
    std::array<std::uint64_t, protocols> with_ports_{};
};

inline void run_counter::count_packet(const ipv4_packet& packet) {
    static constexpr std::byte no_flags{};
    constexpr std::size_t flags_offset = 13;
    ip_packets_ += 1;
    total_length_ += packet.total_length;
    by_protocol_[packet.transport] += 1;
    sources_.add(packet.source);
    destinations_.add(packet.destination);
    const std::byte* const header = packet.transport_header;
    if (header == nullptr) return;

    // TCP or UDP is a coin toss to the branch predictor, so both take the same path.
    const bool is_tcp = packet.transport == tcp;
    with_ports_[packet.transport] += 1;
    const auto first_set = is_tcp ? port_sets::tcp_source : port_sets::udp_source;
    tables_.ports.add(first_set, load_big<std::uint16_t>(header));
    tables_.ports.add(first_set + 1, load_big<std::uint16_t>(header + 2));
    const auto flags = std::to_integer<unsigned>(is_tcp ? header[flags_offset] : no_flags);
    fin_ += flags & 1;
    syn_ += flags >> 1 & 1;
}

inline void run_counter::count_iat(std::int64_t ticks) {
    if (small_iat_sums::fits(ticks)) [[likely]] {
        small_iats_.add(ticks);
    } else {
        tables_.iat.add(ticks);
    }
}

template <bool Swapped>
run_summary run_counter::count(const packet_run& run) {
    constexpr std::ptrdiff_t record_header = capture_format::record_header_bytes;
    constexpr std::ptrdiff_t ahead = 1024; // about ten small packets; past page ends, too
    const auto ticks_per_second = run.format.ticks_per_second();
    run_summary seen{.packets = 0, .last_time = run.time_before};
    const std::byte* at = run.begin;
    while (run.end - at >= record_header) {
        __builtin_prefetch(at + ahead);
        const std::int64_t seconds = load_field<Swapped>(at);
        const std::int64_t fraction = load_field<Swapped>(at + 4);
        const std::ptrdiff_t captured = load_field<Swapped>(at + 8);
        const std::byte* const frame = at + record_header;
        const std::byte* const end = captured <= run.end - frame ? frame + captured : run.end;
        const auto time = seconds * ticks_per_second + fraction;
        if (const std::byte* const ip = find_ipv4(frame, end); ip != nullptr) {
            count_packet(ipv4_packet::read(ip, end));
            count_iat(time - seen.last_time);
        }
        seen.last_time = time;
        seen.packets += 1;
        at = end;
    }
    flush();
    return seen;
}

void run_counter::flush() {
    sources_.flush();
    destinations_.flush();
    small_iats_.add_to(tables_.iat);
    tables_.counts.add({.ip_packets = ip_packets_,
                        .total_length = total_length_,
                        .icmp = by_protocol_[icmp],
                        .tcp = by_protocol_[tcp],
                        .udp = by_protocol_[udp],
                        .syn = syn_,
                        .fin = fin_,
                        .tcp_with_ports = with_ports_[tcp],
                        .udp_with_ports = with_ports_[udp]});
}

} // namespace

interval_part piece_tables::take_part() {
    interval_part part{.counts = counts,
                       .iat = iat,
                       .sources = sources.entries(),
                       .destinations = destinations.entries()};
    clear();
    return part;
}

void piece_tables::clear() {
    counts = {};
    iat = {};
    sources.clear();
    destinations.clear();
}

run_summary analyse_run(const packet_run& run, piece_tables& tables) {
    run_counter counter{tables};
    return run.format.swapped ? counter.count<true>(run) : counter.count<false>(run);
}

} // namespace traffic

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <bitset>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "pcap.hpp"

// What tandem-pcap computes, for the one format that tools/generate_capture writes (classic pcap in
// this machine's byte order, microseconds, Ethernet, nothing damaged) and with doubles for the
// moments: as little code as the statistics need, to see what they cost at least.

namespace bench::by_hand {

constexpr std::uint64_t interval_us = 10'000'000;
constexpr std::size_t file_header_bytes = 24;
constexpr std::size_t record_header_bytes = 16;

using bytes = std::span<const std::uint8_t>;

struct record {
    std::uint64_t time_us;
    bytes frame;
};

/// Goes through the records from one on, reading pieces of 1 MiB into one buffer.
class record_reader {
public:
    record_reader(int fd, std::uint64_t offset) : fd_{fd}, piece_offset_{offset} {}

    /// The file offset of the record that next() gives.
    [[nodiscard]] std::uint64_t offset() const { return piece_offset_ + at_; }

    /// False at the end of the file.
    bool next(record& r) {
        if (have_ - at_ < record_header_bytes && !refill()) return false;
        const std::uint8_t* const header = buffer_.get() + at_;
        std::array<std::uint32_t, 3> words; // seconds, microseconds, captured bytes
        std::memcpy(words.data(), header, sizeof words);
        if (have_ - at_ < record_header_bytes + words[2]) {
            require(refill() && have_ >= record_header_bytes + words[2], "a record cut short");
            return next(r);
        }
        r = {.time_us = std::uint64_t{words[0]} * 1'000'000 + words[1],
             .frame = {header + record_header_bytes, words[2]}};
        at_ += record_header_bytes + words[2];
        return true;
    }

private:
    /// Reads on from the record at at_, which moves to the front of the buffer.
    bool refill() {
        piece_offset_ += at_;
        at_ = 0;
        const auto got =
            ::pread(fd_, buffer_.get(), piece_bytes, static_cast<::off_t>(piece_offset_));
        if (got < 0) throw std::system_error(errno, std::generic_category(), "read the capture");
        have_ = static_cast<std::size_t>(got);
        return have_ >= record_header_bytes;
    }

    static constexpr std::size_t piece_bytes = 1 << 20;
    int fd_;
    std::uint64_t piece_offset_;
    std::size_t at_ = 0, have_ = 0;
    std::unique_ptr<std::uint8_t[]> buffer_ = std::make_unique<std::uint8_t[]>(piece_bytes);
};

/// How often each address occurs: open addressing, a count of zero marks a free slot.
class address_counts {
public:
    void add(std::uint32_t address) {
        std::size_t at = address * 2'654'435'761U >> (32 - slot_bits);
        while (slots_[at].count != 0 && slots_[at].address != address)
            at = (at + 1) % slots_.size();
        distinct_ += slots_[at].count == 0;
        slots_[at].address = address;
        ++slots_[at].count;
    }

    struct summary {
        std::uint64_t distinct = 0;
        double f2 = 0, entropy = 0;
    };

    /// Of the `n` addresses that were added; forgets them.
    summary close(double n) {
        require(distinct_ < slots_.size() * 9 / 10, "too many addresses in an interval");
        double squares = 0;
        double logarithms = 0;
        for (slot& s : slots_) {
            if (s.count == 0) continue;
            const double count = s.count;
            squares += count * count;
            logarithms += count * std::log2(count);
            s.count = 0;
        }
        const auto distinct = static_cast<double>(distinct_);
        const double entropy =
            distinct_ < 2 ? 0 : (std::log2(n) - logarithms / n) / std::log2(distinct);
        return {
            .distinct = std::exchange(distinct_, 0), .f2 = squares / (n * n), .entropy = entropy};
    }

private:
    struct slot {
        std::uint32_t address, count;
    };
    static constexpr unsigned slot_bits = 16;
    std::vector<slot> slots_ = std::vector<slot>(std::size_t{1} << slot_bits);
    std::uint64_t distinct_ = 0;
};

struct port_sets {
    std::bitset<65'536> tcp_source, tcp_destination, udp_source, udp_destination;
};

/// Where an interval begins: its first record, and the times that the record is compared with.
struct interval_start {
    std::uint64_t offset, start_us, before_us;
};

struct interval {
    std::uint64_t packets = 0, ip_packets = 0, ip_bytes = 0;
    std::uint64_t icmp = 0, tcp = 0, udp = 0, syn = 0, fin = 0;
    std::array<double, 4> iat_powers{}; // sums of the first to fourth powers
    address_counts::summary source, destination;
    double iat_mean = 0, iat_deviation = 0, iat_skewness = 0, iat_kurtosis = 0;
};

class analyser {
public:
    /// Reads one interval to its end, which is where the next one starts.
    interval run(record_reader& records, interval_start& at) {
        interval i;
        record r{};
        while (records.next(r)) {
            add(i, r, static_cast<double>(static_cast<std::int64_t>(r.time_us - at.before_us)));
            at.before_us = r.time_us;
            if (r.time_us - at.start_us < interval_us) continue;
            at.start_us = r.time_us;
            break;
        }
        at.offset = records.offset();
        close(i);
        return i;
    }

    [[nodiscard]] const port_sets& ports() const { return *ports_; }

private:
    static std::uint32_t u16(const std::uint8_t* p) {
        return static_cast<std::uint32_t>(p[0] << 8 | p[1]);
    }
    static std::uint32_t u32(const std::uint8_t* p) { return u16(p) << 16 | u16(p + 2); }

    void add(interval& i, const record& r, double iat_us) {
        ++i.packets;
        std::size_t at = 12; // of the Ethernet type
        while (at + 2 <= r.frame.size() && u16(&r.frame[at]) == 0x8100) at += 4;
        if (at + 22 > r.frame.size() || u16(&r.frame[at]) != 0x0800) return;
        const bytes packet = r.frame.subspan(at + 2);
        double power = 1;
        for (double& sum : i.iat_powers) sum += power *= iat_us;
        ++i.ip_packets;
        i.ip_bytes += u16(&packet[2]);
        source_.add(u32(&packet[12]));
        destination_.add(u32(&packet[16]));
        add_transport(i, packet);
    }

    void add_transport(interval& i, bytes packet) {
        const unsigned protocol = packet[9];
        i.icmp += protocol == 1;
        i.tcp += protocol == 6;
        i.udp += protocol == 17;
        const std::size_t header_bytes = std::size_t{packet[0] & 15U} * 4;
        if (packet.size() < header_bytes + 8 || (u16(&packet[6]) & 0x1fffU) != 0) return;
        const std::uint8_t* const transport = &packet[header_bytes];
        if (protocol == 17) {
            ports_->udp_source.set(u16(transport));
            ports_->udp_destination.set(u16(transport + 2));
        } else if (protocol == 6 && packet.size() >= header_bytes + 20) {
            ports_->tcp_source.set(u16(transport));
            ports_->tcp_destination.set(u16(transport + 2));
            i.syn += transport[13] >> 1 & 1U;
            i.fin += transport[13] & 1U;
        }
    }

    void close(interval& i) {
        if (i.ip_packets == 0) return;
        const auto n = static_cast<double>(i.ip_packets);
        i.source = source_.close(n);
        i.destination = destination_.close(n);
        const double mean = i.iat_powers[0] / n;
        const double second = i.iat_powers[1] / n - mean * mean;
        const double third = i.iat_powers[2] / n - 3 * mean * second - mean * mean * mean;
        const double fourth = i.iat_powers[3] / n - 4 * mean * i.iat_powers[2] / n +
                              6 * mean * mean * i.iat_powers[1] / n - 3 * mean * mean * mean * mean;
        i.iat_mean = mean;
        i.iat_deviation = std::sqrt(second * n / std::max(1.0, n - 1));
        i.iat_skewness = third / std::pow(second, 1.5);
        i.iat_kurtosis = fourth / (second * second) - 3;
    }

    address_counts source_, destination_;
    std::unique_ptr<port_sets> ports_ = std::make_unique<port_sets>();
};

inline int open_capture(const char* path) {
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), path);
    return fd;
}

inline interval_start first_interval(int fd) {
    record first{};
    require(record_reader{fd, file_header_bytes}.next(first), "a capture without packets");
    return {.offset = file_header_bytes, .start_us = first.time_us, .before_us = first.time_us};
}

} // namespace bench::by_hand

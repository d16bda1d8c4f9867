// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Writes a synthetic capture for the benchmarks: a classic pcap file with microseconds and Ethernet
// frames.
//
// Traffic   A fixed number of conversations is open at any time; each packet belongs to one of
//           them, taken at random. A TCP conversation begins with a SYN and ends with a FIN, its
//           length is heavy-tailed, and a new one takes its place. By packets about 80 % TCP, 15 %
//           UDP, 2 % ICMP, 2 % IPv6 and a little ARP; 3 % carry a VLAN tag.
// Addresses Clients and servers are drawn with a popularity like 1 / rank.
// Lengths   Either small (acknowledgements, queries) or close to the MTU, as on real links.
// Times     Poisson arrivals with a constant rate, written in microseconds.
// Order     The same options give the same bytes: all chance comes from one seeded generator, and
//           no distribution of the standard library, which may differ, is used.
// Not real  Checksums are left out, and so is everything behind the transport header (random
// bytes).

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace {

struct settings {
    std::uint64_t packets = 10'000'000;
    double seconds = 900;
    std::uint32_t snap_bytes = 96;
    std::uint64_t seed = 1;
    std::string path;
};

/// splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
class chance {
public:
    explicit chance(std::uint64_t seed) : state_{seed} {}

    std::uint64_t bits() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>((bits() >> 32) * limit >> 32);
    }
    /// In (0, 1].
    double unit() { return static_cast<double>((bits() >> 11) + 1) * 0x1p-53; }
    bool percent(std::uint32_t share) { return below(100) < share; }
    /// A rank below `count` with a probability like 1 / (rank + 1).
    std::uint32_t popular(std::uint32_t count) {
        const double rank = std::exp(unit() * std::log(static_cast<double>(count)));
        return std::min(static_cast<std::uint32_t>(rank), count) - 1;
    }

private:
    std::uint64_t state_;
};

enum class kind : std::uint8_t { tcp, udp, icmp, tcp_over_ipv6, arp };

struct conversation {
    kind what;
    bool tagged; // in a VLAN
    bool opened; // its first packet has been written
    bool bulk;   // the server sends full segments
    std::uint32_t client, server;
    std::uint16_t client_port, server_port;
    std::uint32_t remaining_packets;
};

constexpr std::uint32_t open_conversations = 20'000;
constexpr std::uint32_t clients = 400'000;
constexpr std::uint32_t servers = 60'000;

/// Spreads ranks over the address space, one to one, so that neighbours in rank are not in number.
constexpr std::uint32_t spread(std::uint32_t rank) { return rank * 2'654'435'761U; }

kind draw_kind(chance& c) {
    const auto permille = c.below(1'000);
    if (permille < 805) return kind::tcp;
    if (permille < 955) return kind::udp;
    if (permille < 975) return kind::icmp;
    if (permille < 995) return kind::tcp_over_ipv6;
    return kind::arp;
}

std::uint16_t draw_service(chance& c, kind what) {
    static constexpr std::array<std::uint16_t, 8> tcp{443, 443, 443, 80, 22, 25, 993, 3306};
    static constexpr std::array<std::uint16_t, 8> udp{53, 53, 443, 443, 443, 123, 161, 51820};
    if (c.percent(15)) return static_cast<std::uint16_t>(1'024 + c.below(64'000));
    return (what == kind::udp ? udp : tcp)[c.below(8)];
}

/// Pareto with exponent 1.2: half of all conversations have fewer than 6 packets, a few have
/// thousands.
std::uint32_t draw_length(chance& c) {
    return static_cast<std::uint32_t>(std::min(3.0 * std::pow(c.unit(), -1 / 1.2), 20'000.0));
}

conversation draw_conversation(chance& c) {
    const kind what = draw_kind(c);
    return {.what = what,
            .tagged = c.percent(3),
            .opened = false,
            .bulk = c.percent(60),
            .client = spread(c.popular(clients)),
            .server = spread(clients + c.popular(servers)),
            .client_port = static_cast<std::uint16_t>(32'768 + c.below(28'232)),
            .server_port = draw_service(c, what),
            .remaining_packets = draw_length(c)};
}

/// The headers of one frame, and how long it is in all.
class frame {
public:
    void u8(unsigned value) { bytes_[size_++] = static_cast<std::uint8_t>(value); }
    void u16(unsigned value) {
        u8(value >> 8 & 0xff);
        u8(value & 0xff);
    }
    void u32(std::uint32_t value) {
        u16(value >> 16);
        u16(value & 0xffff);
    }
    void zeros(std::size_t count) { size_ += count; }
    void mac(std::uint32_t host) {
        u16(0x0200); // locally administered
        u32(host);
    }

    [[nodiscard]] const std::uint8_t* data() const { return bytes_.data(); }
    [[nodiscard]] std::uint32_t header_bytes() const { return static_cast<std::uint32_t>(size_); }

    std::uint32_t payload_bytes = 0;

private:
    std::array<std::uint8_t, 128> bytes_{};
    std::size_t size_ = 0;
};

/// One packet of a conversation: who sends it, and what is in it.
struct packet {
    const conversation& of;
    std::uint32_t source, destination;
    std::uint16_t source_port, destination_port;
    std::uint32_t payload_bytes;
    std::uint8_t tcp_flags;
};

constexpr std::uint8_t fin = 1;
constexpr std::uint8_t syn = 2;
constexpr std::uint8_t ack = 16;
constexpr std::uint32_t tcp_header_bytes = 32; // with the timestamp option
constexpr std::uint32_t udp_header_bytes = 8;
constexpr std::uint32_t icmp_header_bytes = 8;
constexpr std::uint32_t full_segment_bytes = 1'448;

std::uint32_t draw_payload(chance& c, const conversation& of, bool from_server) {
    switch (of.what) {
        case kind::icmp:
            return 56;
        case kind::udp:
            return of.bulk && from_server ? 1'200 + c.below(152) : 24 + c.below(160);
        case kind::arp:
            return 0;
        default:
            break;
    }
    if (of.bulk && from_server) return full_segment_bytes;
    return c.percent(70) ? 0 : 20 + c.below(600);
}

packet draw_packet(chance& c, const conversation& of) {
    const bool first = !of.opened;
    const bool last = of.remaining_packets == 1;
    const bool from_server = !first && c.percent(of.bulk ? 60 : 50);
    packet p{.of = of,
             .source = from_server ? of.server : of.client,
             .destination = from_server ? of.client : of.server,
             .source_port = from_server ? of.server_port : of.client_port,
             .destination_port = from_server ? of.client_port : of.server_port,
             .payload_bytes = 0,
             .tcp_flags = first ? syn : ack};
    if (last && !first) p.tcp_flags |= fin;
    const bool empty = of.what != kind::udp && of.what != kind::icmp && (first || last);
    if (!empty) p.payload_bytes = draw_payload(c, of, from_server);
    return p;
}

void put_tcp(frame& f, const packet& p, chance& c) {
    f.u16(p.source_port);
    f.u16(p.destination_port);
    f.u32(static_cast<std::uint32_t>(c.bits()));
    f.u32((p.tcp_flags & ack) != 0 ? static_cast<std::uint32_t>(c.bits()) : 0);
    f.u8(tcp_header_bytes / 4 << 4);
    f.u8(p.tcp_flags);
    f.u16(64'240); // window
    f.zeros(4);    // checksum, urgent pointer
    f.u32(0x0101080a);
    f.zeros(8); // time stamps
}

void put_udp(frame& f, const packet& p) {
    f.u16(p.source_port);
    f.u16(p.destination_port);
    f.u16(udp_header_bytes + p.payload_bytes);
    f.zeros(2);
}

void put_icmp(frame& f, const packet& p) {
    f.u8(p.source == p.of.client ? 8 : 0); // echo request, echo reply
    f.zeros(3);
    f.u32(p.of.client_port);
}

void put_ipv4(frame& f, const packet& p, chance& c) {
    const bool tcp = p.of.what == kind::tcp;
    const bool udp = p.of.what == kind::udp;
    const std::uint32_t transport_bytes = tcp ? tcp_header_bytes : udp_header_bytes;
    f.u16(0x4500);
    f.u16(20 + transport_bytes + p.payload_bytes);
    f.u16(c.below(65'536)); // identification
    f.u16(0x4000);          // do not fragment
    f.u8(64);
    f.u8(tcp ? 6 : udp ? 17 : 1);
    f.zeros(2);
    f.u32(p.source);
    f.u32(p.destination);
    if (tcp) return put_tcp(f, p, c);
    if (udp) return put_udp(f, p);
    put_icmp(f, p);
}
static_assert(icmp_header_bytes == udp_header_bytes);

void put_ipv6_address(frame& f, std::uint32_t host) {
    f.u32(0x20010db8); // documentation prefix, RFC 3849
    f.zeros(8);
    f.u32(host);
}

void put_ipv6(frame& f, const packet& p, chance& c) {
    f.u32(0x60000000);
    f.u16(tcp_header_bytes + p.payload_bytes);
    f.u8(6);
    f.u8(64);
    put_ipv6_address(f, p.source);
    put_ipv6_address(f, p.destination);
    put_tcp(f, p, c);
}

void put_arp(frame& f, const packet& p) {
    f.u32(0x00010800); // Ethernet, IPv4
    f.u32(0x06040001); // lengths of the addresses, request
    f.mac(p.source);
    f.u32(p.source);
    f.zeros(6);
    f.u32(p.destination);
}

frame make_frame(const packet& p, chance& c) {
    frame f;
    f.mac(p.destination);
    f.mac(p.source);
    if (p.of.tagged) f.u32(0x81000000U | 100);
    switch (p.of.what) {
        case kind::arp:
            f.u16(0x0806), put_arp(f, p);
            break;
        case kind::tcp_over_ipv6:
            f.u16(0x86dd), put_ipv6(f, p, c);
            break;
        default:
            f.u16(0x0800), put_ipv4(f, p, c);
            break;
    }
    constexpr std::uint32_t shortest_frame_bytes = 60;
    const std::uint32_t padding =
        shortest_frame_bytes - std::min(shortest_frame_bytes, f.header_bytes());
    f.payload_bytes = std::max(p.payload_bytes, padding);
    return f;
}

/// Writes to `path`.part and gives it its name once everything is on disk.
class capture_file {
public:
    capture_file(std::string path, std::uint32_t snap_bytes, chance& c)
        : path_{std::move(path)}, file_{std::fopen(part().c_str(), "wb")}, snap_bytes_{snap_bytes} {
        if (!file_) fail("open");
        std::setvbuf(file_.get(), nullptr, _IOFBF, 1 << 20);
        noise_.resize(2 * std::size_t{snap_bytes} + 8);
        for (auto& byte : noise_) byte = static_cast<std::uint8_t>(c.bits());
        const std::array<std::uint32_t, 6> header{0xa1b2c3d4, 4U << 16 | 2, 0, 0, snap_bytes, 1};
        write(header.data(), sizeof header);
    }

    void add(std::uint64_t microseconds, const frame& f, std::uint32_t noise_at) {
        const std::uint32_t wire_bytes = f.header_bytes() + f.payload_bytes;
        const std::uint32_t captured = std::min(snap_bytes_, wire_bytes);
        const std::array<std::uint32_t, 4> header{
            static_cast<std::uint32_t>(microseconds / 1'000'000),
            static_cast<std::uint32_t>(microseconds % 1'000'000), captured, wire_bytes};
        write(header.data(), sizeof header);
        const std::uint32_t head = std::min(captured, f.header_bytes());
        write(f.data(), head);
        write(noise_.data() + noise_at % snap_bytes_, captured - head);
    }

    void finish() {
        if (std::fclose(file_.release()) != 0) fail("write");
        if (std::rename(part().c_str(), path_.c_str()) != 0) fail("rename");
    }

private:
    struct closer {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    [[nodiscard]] std::string part() const { return path_ + ".part"; }
    void write(const void* bytes, std::size_t count) {
        if (count > 0 && std::fwrite(bytes, count, 1, file_.get()) != 1) fail("write");
    }
    [[noreturn]] void fail(const char* operation) const {
        throw std::system_error(errno, std::generic_category(), operation + (" " + part()));
    }

    std::string path_;
    std::unique_ptr<std::FILE, closer> file_;
    std::uint32_t snap_bytes_;
    std::vector<std::uint8_t> noise_;
};

void generate(const settings& s) {
    constexpr std::uint64_t first_second = 1'600'000'000; // 13 September 2020
    chance c{s.seed};
    capture_file file{s.path, s.snap_bytes, c};
    std::vector<conversation> open;
    open.reserve(open_conversations);
    for (std::uint32_t i = 0; i < open_conversations; ++i) open.push_back(draw_conversation(c));

    const double mean_gap = s.seconds * 1e6 / static_cast<double>(s.packets);
    double now = 0; // microseconds since the first second
    for (std::uint64_t i = 0; i < s.packets; ++i) {
        conversation& of = open[c.below(open_conversations)];
        const frame f = make_frame(draw_packet(c, of), c);
        file.add(first_second * 1'000'000 + static_cast<std::uint64_t>(now), f, c.below(1 << 16));
        of.opened = true;
        if (--of.remaining_packets == 0) of = draw_conversation(c);
        now -= mean_gap * std::log(c.unit());
    }
    file.finish();
}

} // namespace

int main(int count, char** arguments) {
    try {
        settings s;
        CLI::App app{
            "Writes a synthetic capture: classic pcap, Ethernet, the same for the same options."};
        app.add_option("--packets", s.packets, "number of packets")->check(CLI::PositiveNumber);
        app.add_option("--seconds", s.seconds, "time it covers")->check(CLI::PositiveNumber);
        app.add_option("--snap", s.snap_bytes, "captured bytes of a frame at most")
            ->check(CLI::Range(14, 65'535));
        app.add_option("--seed", s.seed, "seed of everything random");
        app.add_option("OUT", s.path, "file to write")->required();
        CLI11_PARSE(app, count, arguments);
        generate(s);
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::fputs("generate_capture: ", stderr);
        std::fputs(error.what(), stderr);
        std::fputs("\n", stderr);
        return EXIT_FAILURE;
    }
}

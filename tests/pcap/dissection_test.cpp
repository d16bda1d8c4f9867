// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What counts as an IP packet, and what of its transport header counts.

#include <gtest/gtest.h>

#include <optional>
#include <ostream>

#include "ethernet.hpp"
#include "ipv4_packet.hpp"
#include "packets.hpp"

namespace traffic::test {
namespace {

struct dissection_case {
    const char* name;
    bytes frame;
    bool is_ip;
    protocol transport;
    bool has_ports;
};

std::ostream& operator<<(std::ostream& out, const dissection_case& one) { return out << one.name; }

std::optional<ipv4_packet> dissect(const bytes& frame) {
    const auto* const end = frame.data() + frame.size();
    const auto* const ip = find_ipv4(frame.data(), end);
    if (ip == nullptr) return std::nullopt;
    return ipv4_packet::read(ip, end);
}

bytes ip_frame(const ip_fields& fields, const bytes& rest) {
    return joined({ethernet_header(0x0800), ip_header(fields), rest});
}

bytes tcp_behind(const bytes& link) { return joined({link, ip_header(), tcp_header(syn_flag)}); }

bytes cut_tcp(std::size_t bytes_of_tcp) {
    return first(14 + 20 + bytes_of_tcp, tcp_frame(fin_flag));
}

bytes cut_udp(std::size_t bytes_of_udp) {
    return first(14 + 20 + bytes_of_udp,
                 ip_frame({.total_length = 28, .protocol = 17}, udp_header()));
}

std::vector<dissection_case> protocol_cases() {
    const auto tcp_syn = tcp_header(syn_flag);
    return {
        {"Tcp", tcp_frame(syn_flag), true, tcp, true},
        {"Udp", ip_frame({.total_length = 28, .protocol = 17}, udp_header()), true, udp, true},
        {"Icmp", ip_frame({.total_length = 28, .protocol = 1}, hex("0800000000000000")), true, icmp,
         false},
        {"IcmpQuotingTcp",
         ip_frame({.total_length = 68, .protocol = 1},
                  joined({hex("0301000000000000"), ip_header(), tcp_syn})),
         true, icmp, false},
        {"IpInIp", ip_frame({.total_length = 60, .protocol = 4}, joined({ip_header(), tcp_syn})),
         true, other_protocol, false},
        {"NativeIpv6", joined({ethernet_header(0x86dd), first(40, hex("60")), tcp_syn}), false,
         other_protocol, false},
        {"Arp", joined({ethernet_header(0x0806), first(46, {})}), false, other_protocol, false},
    };
}

std::vector<dissection_case> link_cases() {
    const auto mac = first(12, ethernet_header(0));
    return {
        {"Vlan", tcp_behind(joined({mac, hex("8100 0001 0800")})), true, tcp, true},
        {"DoubleVlan", tcp_behind(joined({mac, hex("88a8 0001 8100 0002 0800")})), true, tcp, true},
        {"FiveTags",
         tcp_behind(joined({mac, hex("8100000181000001810000018100000181000001 0800")})), true, tcp,
         true},
        {"OldDoubleTag9100", tcp_behind(joined({mac, hex("9100 0001 8100 0002 0800")})), false,
         other_protocol, false},
        {"Mpls", tcp_behind(joined({mac, hex("8847 00001140")})), false, other_protocol, false},
        {"PppoeSession", tcp_behind(joined({mac, hex("8864 1100 0001 002a 0021")})), true, tcp,
         true},
        {"PppoeIpv6", tcp_behind(joined({mac, hex("8864 1100 0001 002a 0057")})), false,
         other_protocol, false},
        {"PppoeDiscoveryCode", tcp_behind(joined({mac, hex("8864 1109 0001 002a 0021")})), false,
         other_protocol, false},
        {"LlcSnap", tcp_behind(joined({mac, hex("0030 aaaa03 000000 0800")})), true, tcp, true},
        {"LlcSnapBehindVlan", tcp_behind(joined({mac, hex("8100 0001 0030 aaaa03 000000 0800")})),
         true, tcp, true},
        {"LlcWithoutSnap", tcp_behind(joined({mac, hex("0030 424203 000000 0800")})), false,
         other_protocol, false},
        {"TagCutInTheMiddle", joined({mac, hex("8100 0001 08"), first(19, {})}), false,
         other_protocol, false},
    };
}

std::vector<dissection_case> ip_header_cases() {
    const auto tcp_syn = tcp_header(syn_flag);
    return {
        {"FirstFragment", ip_frame({.fragment = 0x2000}, tcp_syn), true, tcp, true},
        {"LaterFragment", ip_frame({.fragment = 100}, tcp_syn), true, tcp, false},
        {"DontFragmentFlag", ip_frame({.fragment = 0x4000}, tcp_syn), true, tcp, true},
        {"IpOptions",
         ip_frame({.first_byte = 0x46, .total_length = 44}, joined({hex("01010101"), tcp_syn})),
         true, tcp, true},
        {"TotalLengthZero", ip_frame({.total_length = 0}, tcp_syn), true, tcp, true},
        {"TotalLengthBelowHeader", ip_frame({.total_length = 19}, tcp_syn), true, tcp, true},
        {"TotalLength20", ip_frame({.total_length = 20}, tcp_syn), true, tcp, false},
        {"TotalLength28", ip_frame({.total_length = 28}, tcp_syn), true, tcp, false},
        {"TotalLength39", ip_frame({.total_length = 39}, tcp_syn), true, tcp, false},
        {"TotalLengthBeyondFrame", ip_frame({.total_length = 1500}, tcp_syn), true, tcp, true},
        {"HeaderLengthZero", ip_frame({.first_byte = 0x40}, tcp_syn), true, tcp, false},
        {"HeaderLengthFour", ip_frame({.first_byte = 0x44}, tcp_syn), true, tcp, false},
        {"HeaderLengthBeyondFrame", ip_frame({.first_byte = 0x4f}, tcp_syn), true, tcp, false},
        {"VersionSix", ip_frame({.first_byte = 0x65}, tcp_syn), true, tcp, true},
    };
}

std::vector<dissection_case> cut_cases() {
    return {
        {"TcpCutAfter0", cut_tcp(0), true, tcp, false},
        {"TcpCutAfter4", cut_tcp(4), true, tcp, false},
        {"TcpCutAfter14", cut_tcp(14), true, tcp, false},
        {"TcpCutAfter19", cut_tcp(19), true, tcp, false},
        {"TcpCutAfter20", cut_tcp(20), true, tcp, true},
        {"UdpCutAfter6", cut_udp(6), true, udp, false},
        {"UdpCutAfter8", cut_udp(8), true, udp, true},
        {"IpCutAfter19", first(14 + 19, tcp_frame(0)), false, other_protocol, false},
        {"IpCutAfter16", first(14 + 16, tcp_frame(0)), false, other_protocol, false},
        {"IpCutAfter1", first(14 + 1, tcp_frame(0)), false, other_protocol, false},
        {"FrameOf10Bytes", first(10, tcp_frame(0)), false, other_protocol, false},
        {"FrameOf0Bytes", {}, false, other_protocol, false},
    };
}

class Dissection : public testing::TestWithParam<dissection_case> {};

TEST_P(Dissection, FollowsTheOutermostHeader) {
    const auto& expected = GetParam();

    const auto packet = dissect(expected.frame);

    ASSERT_EQ(packet.has_value(), expected.is_ip);
    if (!expected.is_ip) return;
    EXPECT_EQ(packet->transport, expected.transport);
    EXPECT_EQ(packet->transport_header != nullptr, expected.has_ports);
}

INSTANTIATE_TEST_SUITE_P(Protocols, Dissection, testing::ValuesIn(protocol_cases()),
                         [](const auto& one) { return one.param.name; });
INSTANTIATE_TEST_SUITE_P(Links, Dissection, testing::ValuesIn(link_cases()),
                         [](const auto& one) { return one.param.name; });
INSTANTIATE_TEST_SUITE_P(IpHeaders, Dissection, testing::ValuesIn(ip_header_cases()),
                         [](const auto& one) { return one.param.name; });
INSTANTIATE_TEST_SUITE_P(Cuts, Dissection, testing::ValuesIn(cut_cases()),
                         [](const auto& one) { return one.param.name; });

TEST(Ipv4Packet, LengthIsThatOfTheHeaderNotOfTheFrame) {
    const auto packet = dissect(ip_frame({.total_length = 1500}, tcp_header(0)));

    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->total_length, 1500);
}

TEST(Ipv4Packet, AddressesAreTheBytesOfTheHeader) {
    const auto packet = dissect(ip_frame({.source = 0x01020304, .destination = 0x05060708}, {}));

    ASSERT_TRUE(packet);
    EXPECT_EQ(load_big<std::uint32_t>(reinterpret_cast<const std::byte*>(&packet->source)),
              0x01020304u);
    EXPECT_EQ(load_big<std::uint32_t>(reinterpret_cast<const std::byte*>(&packet->destination)),
              0x05060708u);
}

} // namespace
} // namespace traffic::test

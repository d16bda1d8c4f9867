// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how many packets of a capture can be analysed in a second? Page cache warm.
// Engine    all statistics written by hand for this capture only, one process, one pass.
// Reported  packets of the capture per second of wall time.

#include "support/pcap_by_hand.hpp"

int main(int count, char** arguments) {
    const bench::pcap_arguments given{count, arguments};
    namespace by_hand = bench::by_hand;

    const bench::stopwatch watch;
    const int fd = by_hand::open_capture(given.capture);
    by_hand::interval_start at = by_hand::first_interval(fd);
    by_hand::record_reader records{fd, at.offset};
    by_hand::analyser analyser;
    std::vector<by_hand::interval> intervals;
    std::uint64_t packets = 0;
    for (std::uint64_t last = 1; last != 0; packets += last) {
        intervals.push_back(analyser.run(records, at));
        last = intervals.back().packets;
    }
    const double seconds = watch.seconds();

    bench::require(packets == given.packets, "number of packets");
    bench::require(analyser.ports().tcp_source.any(), "ports");
    bench::report_packets("by_hand_1", packets, seconds);
}

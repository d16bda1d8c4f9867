// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <cstdlib>

#include "report.hpp"

namespace bench {

/// The arguments that bench/run.py gives to every engine of `pcap`.
struct pcap_arguments {
    const char* capture;
    std::uint64_t packets;

    pcap_arguments(int count, char** arguments)
        : capture{count == 3 ? arguments[1] : nullptr},
          packets{count == 3 ? std::strtoull(arguments[2], nullptr, 10) : 0} {
        require(packets > 0, "usage: CAPTURE PACKETS");
    }
};

inline void report_packets(const char* engine, std::uint64_t packets, double seconds) {
    report({"pcap", engine, "packets/s", static_cast<double>(packets) / seconds});
}

} // namespace bench

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how many packets of a capture can be analysed in a second? Page cache warm.
// Engine    the limit of one process: reads all bytes in pieces of 1 MiB and adds them up as words
//           of 8 bytes. Knows nothing of packets.
// Reported  packets of the capture per second of wall time.

#include <cstring>
#include <filesystem>

#include "support/file_pieces.hpp"
#include "support/pcap.hpp"

int main(int count, char** arguments) {
    const bench::pcap_arguments given{count, arguments};

    const bench::stopwatch watch;
    std::uint64_t bytes = 0;
    std::uint64_t sum = 0;
    bench::for_each_piece(given.capture, [&](std::span<const std::byte> piece) {
        bytes += piece.size();
        for (; piece.size() >= sizeof sum; piece = piece.subspan(sizeof sum)) {
            std::uint64_t word = 0;
            std::memcpy(&word, piece.data(), sizeof word);
            sum += word;
        }
    });
    const double seconds = watch.seconds();

    bench::require(bytes == std::filesystem::file_size(given.capture), "number of bytes");
    bench::require(sum != 0, "sum of the words"); // also keeps the loop in the program
    bench::report_packets("read_all", given.packets, seconds);
}

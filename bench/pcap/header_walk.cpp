// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how many packets of a capture can be analysed in a second? Page cache warm.
// Engine    a walk from record header to record header with pread, pieces of 1 MiB: what finding
// the
//           packets costs, without looking at any.
// Reported  packets of the capture per second of wall time.

#include <cstring>

#include "support/file_pieces.hpp"
#include "support/pcap.hpp"

namespace {

constexpr std::size_t file_header_bytes = 24;
constexpr std::size_t record_header_bytes = 16;

/// Counts the records of a classic capture in this machine's byte order, piece by piece. A header
/// that lies in two pieces is put together in `cut_`.
class walk {
public:
    void take(std::span<const std::byte> piece) {
        std::size_t at = skip_;
        if (cut_bytes_ > 0) at = complete_cut_header(piece);
        while (at + record_header_bytes <= piece.size()) {
            at += record_bytes(piece.data() + at);
        }
        if (at < piece.size()) {
            cut_bytes_ = piece.size() - at;
            std::memcpy(cut_, piece.data() + at, cut_bytes_);
            skip_ = 0;
        } else {
            skip_ = at - piece.size();
        }
    }
    [[nodiscard]] std::uint64_t packets() const { return packets_; }
    [[nodiscard]] bool at_end_of_record() const { return skip_ == 0 && cut_bytes_ == 0; }

private:
    std::size_t record_bytes(const std::byte* header) {
        std::uint32_t captured = 0;
        std::memcpy(&captured, header + 8, sizeof captured);
        ++packets_;
        return record_header_bytes + captured;
    }
    std::size_t complete_cut_header(std::span<const std::byte> piece) {
        const std::size_t missing = record_header_bytes - cut_bytes_;
        bench::require(piece.size() >= missing, "a piece shorter than a header");
        std::memcpy(cut_ + cut_bytes_, piece.data(), missing);
        const std::size_t end = record_bytes(cut_) - cut_bytes_;
        cut_bytes_ = 0;
        return end;
    }

    std::byte cut_[record_header_bytes]{};
    std::size_t cut_bytes_ = 0;
    std::size_t skip_ = file_header_bytes; // bytes of the next piece that belong to known records
    std::uint64_t packets_ = 0;
};

} // namespace

int main(int count, char** arguments) {
    const bench::pcap_arguments given{count, arguments};

    const bench::stopwatch watch;
    walk records;
    bench::for_each_piece(given.capture,
                          [&](std::span<const std::byte> piece) { records.take(piece); });
    const double seconds = watch.seconds();

    bench::require(records.packets() == given.packets, "number of packets");
    bench::require(records.at_end_of_record(), "the capture ends inside a record");
    bench::report_packets("header_walk", given.packets, seconds);
}

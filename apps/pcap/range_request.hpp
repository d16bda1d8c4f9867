// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What crosses between the process that cuts a capture and the workers that analyse it.
//
//   range   a run of whole records that one task analyses
//   piece   the part of a range that lies in one interval; a large interval is cut into several

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "capture_format.hpp"
#include "interval_row.hpp"
#include "mapped_file.hpp"

namespace traffic {

struct piece_request {
    std::uint64_t end = 0; // offset behind the last record
    std::uint64_t packets = 0;
    bool begins_interval = false;
    bool ends_interval = false; // the last packet closes the interval

    bool operator==(const piece_request&) const = default;
};

struct range_request {
    std::string path;
    file_identity file;
    capture_format format;
    std::uint64_t begin = 0;      // offset of the first record
    std::int64_t time_before = 0; // of the packet in front of the range, of any kind; in ticks
    std::vector<piece_request> pieces;

    [[nodiscard]] std::uint64_t end() const { return pieces.back().end; }
    [[nodiscard]] std::uint64_t packets() const;
};

/// A piece that is a whole interval comes back as its finished row, so that address counts, which
/// are large, cross only where an interval was cut.
struct piece_result {
    std::int64_t last_time = 0; // of the last packet, of any kind
    std::variant<interval_row, interval_part> numbers;
};

struct range_result {
    std::vector<piece_result> pieces;
    std::vector<std::uint64_t> ports; // port_sets::words()
};

} // namespace traffic

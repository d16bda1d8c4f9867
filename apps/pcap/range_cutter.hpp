// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mapped_file.hpp"
#include "range_request.hpp"
#include "record_walk.hpp"

namespace traffic {

/// How much work goes into one range.
struct range_limits {
    // 2^18 packets take a worker about 8 ms: enough to make the cost of a task vanish, little
    // enough that the last ones do not leave workers idle. Intervals up to this size stay whole.
    std::uint64_t most_packets = std::uint64_t{1} << 18;
    std::uint64_t most_bytes = std::uint64_t{64} << 20;
    // Small intervals share a range until it has this many packets.
    std::uint64_t least_packets = std::uint64_t{1} << 15;
};

/// Cuts a capture into ranges, in file order, in one pass over the record headers.
///
/// The ends of intervals form a chain: an interval ends with the first packet, of any kind, at
/// least `interval_ticks` after the end of the one before. Such a packet belongs to the interval it
/// closes, and nothing but the times decides, so this pass needs no packet bytes.
class range_cutter {
public:
    range_cutter(const mapped_file& file, const capture_format& format, std::int64_t interval_ticks,
                 const range_limits& limits = {});

    /// The next range, nullopt at the end of the file.
    [[nodiscard]] std::optional<range_request> next();

    /// Packets of any kind in the ranges so far.
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }

    /// What was odd about the end of the file; nothing until next() has returned nullopt.
    [[nodiscard]] const end_remark& remark() const noexcept { return walk_.remark(); }

private:
    const std::string path_; // absolute: a worker may have another working directory
    const file_identity identity_;
    const capture_format format_;
    const std::int64_t interval_ticks_;
    const range_limits limits_;
    record_walk walk_;
    std::uint64_t begin_ = capture_format::header_bytes; // of the next range
    std::uint64_t packets_ = 0;
    std::int64_t interval_start_ = 0;
    std::int64_t last_time_ = 0;
    bool begins_interval_ = true;
};

} // namespace traffic

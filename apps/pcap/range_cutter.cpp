// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "range_cutter.hpp"

#include <filesystem>
#include <utility>

namespace traffic {

std::uint64_t range_request::packets() const {
    std::uint64_t sum = 0;
    for (const auto& piece : pieces) sum += piece.packets;
    return sum;
}

range_cutter::range_cutter(const mapped_file& file, const capture_format& format,
                           std::int64_t interval_ticks, const range_limits& limits)
    : path_{std::filesystem::absolute(file.path()).string()},
      identity_{file.identity()},
      format_{format},
      interval_ticks_{interval_ticks},
      limits_{limits},
      walk_{file, format} {}

std::optional<range_request> range_cutter::next() {
    range_request range{.path = path_,
                        .file = identity_,
                        .format = format_,
                        .begin = begin_,
                        .time_before = last_time_,
                        .pieces = {}};
    std::uint64_t packets_in_range = 0;
    piece_request piece{.begins_interval = begins_interval_};
    const auto take_piece = [&](bool ends_interval) {
        piece.ends_interval = ends_interval;
        range.pieces.push_back(std::exchange(piece, {.begins_interval = ends_interval}));
        begins_interval_ = ends_interval;
    };
    while (const auto record = walk_.next()) {
        if (packets_ == 0) range.time_before = interval_start_ = record->time;
        last_time_ = record->time;
        piece.end = begin_ = record->end;
        piece.packets += 1;
        packets_in_range += 1;
        packets_ += 1;
        if (record->time - interval_start_ >= interval_ticks_) {
            interval_start_ = record->time;
            take_piece(true);
            if (packets_in_range >= limits_.least_packets) return range;
        } else if (packets_in_range >= limits_.most_packets ||
                   record->end - range.begin >= limits_.most_bytes) {
            take_piece(false);
            return range;
        }
    }
    if (piece.packets > 0) take_piece(false);
    if (range.pieces.empty()) return std::nullopt;
    return range;
}

} // namespace traffic

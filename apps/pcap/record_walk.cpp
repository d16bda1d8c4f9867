// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "record_walk.hpp"

#include <fmt/format.h>

#include "capture_error.hpp"

namespace traffic {

record_walk::record_walk(const mapped_file& file, const capture_format& format)
    : file_{file},
      swapped_{format.swapped},
      ticks_per_second_{format.ticks_per_second()},
      window_(window_bytes) {}

/// Moves the window to `position_`; false if no whole record header is left.
bool record_walk::refill() {
    window_begin_ = position_;
    window_end_ = position_ + file_.read_at(position_, window_);
    const auto left = window_end_ - window_begin_;
    if (left >= capture_format::record_header_bytes) return true;
    if (window_end_ < file_.size()) {
        throw capture_error{file_.path(), "was cut short while it was read"};
    }
    window_end_ = window_begin_;
    if (left > 0) {
        remark_.text =
            fmt::format("cut inside the record header at offset {}: {} of {} bytes, ignored",
                        position_, left, capture_format::record_header_bytes);
    }
    return false;
}

/// The end of the last record, which the file cannot hold as it claims to be.
std::uint64_t record_walk::end_of_file(std::uint32_t captured) {
    const auto left = file_.size() - (position_ + capture_format::record_header_bytes);
    if (captured > max_captured_bytes) {
        remark_ = {fmt::format("damaged: the record at offset {} claims {} captured bytes, over "
                               "{}; the rest of the file, {} bytes, was taken for one packet",
                               position_, captured, max_captured_bytes, left),
                   true};
    } else {
        remark_.text = fmt::format("cut inside the record at offset {}: {} of {} bytes, analysed",
                                   position_, left, captured);
    }
    return file_.size();
}

} // namespace traffic

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "serial_analysis.hpp"

#include "interval_length.hpp"
#include "range_analysis.hpp"
#include "range_merge.hpp"

namespace traffic::test {

serial_result analyse_serially(const bytes& capture, const std::string& interval,
                               const range_limits& limits) {
    const temporary_file content{capture};
    const mapped_file file{content.path()};
    const auto format = read_format(file);
    const auto ticks = interval_length::parse(interval).value().ticks(format.decimals());
    range_cutter cutter{file, format, ticks, limits};
    range_merge merge;
    serial_result result;
    while (const auto range = cutter.next()) {
        merge.add(*range, analyse_range(*range));
        result.ranges += 1;
    }
    result.remark = cutter.remark();
    result.numbers = {.path = "capture",
                      .bytes = file.size(),
                      .interval = interval,
                      .format = format,
                      .packets = merge.packets(),
                      .rows = merge.take_rows(),
                      .ports = merge.ports()};
    return result;
}

} // namespace traffic::test

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>

#include "address_table.hpp"
#include "capture_format.hpp"
#include "interval_row.hpp"
#include "port_sets.hpp"

namespace traffic {

/// Consecutive records that lie in one interval.
struct packet_run {
    const std::byte* begin = nullptr;
    const std::byte* end = nullptr;
    std::int64_t time_before = 0; // of the packet in front, in ticks
    capture_format format;
};

/// What was met in a run, counting packets of any kind.
struct run_summary {
    std::uint64_t packets = 0;
    std::int64_t last_time = 0;
};

/// Where a run is counted.
struct piece_tables {
    interval_counts counts;
    iat_sums iat;
    address_table sources;
    address_table destinations;
    port_sets ports; // over all runs until it is cleared

    /// Takes out what was counted, ports excepted, and leaves everything at zero.
    [[nodiscard]] interval_part take_part();

    /// Back to zero, ports excepted.
    void clear();
};

/// Counts every packet of `run` into `tables`, which take_part() left empty.
///
/// Bounds    never reads outside [run.begin, run.end), whatever the records claim.
run_summary analyse_run(const packet_run& run, piece_tables& tables);

} // namespace traffic

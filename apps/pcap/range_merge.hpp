// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "address_table.hpp"
#include "port_sets.hpp"
#include "range_request.hpp"

namespace traffic {

/// Puts the results of ranges together.
///
/// Order     ranges are added in file order. How the file was cut into them makes no difference to
///           any bit of the outcome.
class range_merge {
public:
    /// \throws capture_error if an interval has 2^32 packets or more, which the counters cannot
    /// hold.
    void add(const range_request& request, const range_result& result);

    /// The rows of the intervals that closed since the last call, in order.
    [[nodiscard]] std::vector<interval_row> take_rows() { return std::exchange(rows_, {}); }

    /// Packets of any kind.
    [[nodiscard]] std::uint64_t packets() const noexcept { return packets_; }

    /// The ports of the whole run; those of the interval that never closes are among them.
    [[nodiscard]] const port_sets& ports() const noexcept { return ports_; }

private:
    void add_part(const interval_part& part);
    [[nodiscard]] interval_row close(interval_end end);

    std::vector<interval_row> rows_;
    std::uint64_t packets_ = 0;
    port_sets ports_;
    // The interval that is open, so far as it came in parts.
    interval_part open_;
    address_table open_sources_;
    address_table open_destinations_;
};

} // namespace traffic

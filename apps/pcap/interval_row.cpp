// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "interval_row.hpp"

namespace traffic {

interval_row finish(const interval_part& whole, interval_end end) {
    return {.end = end.time,
            .counts = whole.counts,
            .sources = spread(whole.sources),
            .destinations = spread(whole.destinations),
            .iat_sum = whole.iat.first,
            .iat = moments(whole.iat, whole.counts.ip_packets, end.ticks_per_second)};
}

} // namespace traffic

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "range_merge.hpp"

#include <limits>

#include "capture_error.hpp"

namespace traffic {

void range_merge::add(const range_request& request, const range_result& result) {
    for (std::size_t i = 0; i < request.pieces.size(); ++i) {
        const auto& piece = request.pieces[i];
        const auto& answer = result.pieces.at(i);
        packets_ += piece.packets;
        if (const auto* const row = std::get_if<interval_row>(&answer.numbers)) {
            rows_.push_back(*row);
            continue;
        }
        add_part(std::get<interval_part>(answer.numbers));
        if (open_.counts.ip_packets > std::numeric_limits<std::uint32_t>::max()) {
            throw capture_error{request.path, "has an interval of more than 2^32 packets"};
        }
        if (piece.ends_interval) {
            rows_.push_back(close({answer.last_time, request.format.ticks_per_second()}));
        }
    }
    ports_.add(result.ports);
}

void range_merge::add_part(const interval_part& part) {
    open_.counts.add(part.counts);
    open_.iat.add(part.iat);
    for (const auto& entry : part.sources) open_sources_.add(entry);
    for (const auto& entry : part.destinations) open_destinations_.add(entry);
}

interval_row range_merge::close(interval_end end) {
    auto whole = std::exchange(open_, {});
    whole.sources = open_sources_.entries();
    whole.destinations = open_destinations_.entries();
    open_sources_.clear();
    open_destinations_.clear();
    return finish(whole, end);
}

} // namespace traffic

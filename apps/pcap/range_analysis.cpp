// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "range_analysis.hpp"

#include <memory>
#include <span>

#include "capture_error.hpp"
#include "piece_analysis.hpp"

namespace traffic {

namespace {

/// What a worker keeps between ranges.
struct worker_state {
    std::unique_ptr<mapped_file> file;
    piece_tables tables;

    /// The mapping of the file that the request means.
    mapped_file& open(const range_request& request) {
        if (!file || file->path() != request.path || file->identity() != request.file) {
            file = std::make_unique<mapped_file>(request.path);
        }
        if (file->identity() != request.file) {
            throw capture_error{request.path, "was changed while it was read"};
        }
        return *file;
    }
};

} // namespace

range_result analyse_range(const range_request& request) {
    static worker_state state;
    auto& file = state.open(request);
    const auto bytes = file.bytes();
    file.populate(request.begin, request.end());

    state.tables.clear(); // an earlier range may have ended with an exception
    state.tables.ports.clear();
    range_result result;
    result.pieces.reserve(request.pieces.size());
    packet_run run{.begin = bytes.data() + request.begin,
                   .end = nullptr,
                   .time_before = request.time_before,
                   .format = request.format};
    for (const auto& piece : request.pieces) {
        run.end = bytes.data() + piece.end;
        const auto seen = analyse_run(run, state.tables);
        if (seen.packets != piece.packets) {
            throw capture_error{request.path, "was changed while it was read"};
        }
        piece_result& answer = result.pieces.emplace_back();
        answer.last_time = seen.last_time;
        auto part = state.tables.take_part();
        if (piece.begins_interval && piece.ends_interval) {
            answer.numbers = finish(part, {seen.last_time, request.format.ticks_per_second()});
        } else {
            answer.numbers = std::move(part);
        }
        run.begin = run.end;
        run.time_before = seen.last_time;
    }
    result.ports = state.tables.ports.words();
    return result;
}

} // namespace traffic

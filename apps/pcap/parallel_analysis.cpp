// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "parallel_analysis.hpp"

#include <fmt/format.h>

#include <deque>
#include <tandem/tandem.hpp>
#include <utility>
#include <vector>

#include "capture_error.hpp"
#include "progress.hpp"
#include "range_analysis.hpp"
#include "range_cutter.hpp"
#include "range_merge.hpp"

namespace traffic {

namespace {

namespace mp = tandem;

constexpr int most_tries = 3;
// Enough that no worker waits while this process adds up or walks, few enough to bound memory.
constexpr std::size_t ranges_per_worker = 3;

/// A range that a worker has, or will get.
struct pending_range {
    range_request request;
    mp::future<range_result> result;
};

[[noreturn]] void give_up(const range_request& range, const mp::worker_crashed& crash) {
    throw capture_error{
        range.path, fmt::format("bytes {} to {} ended {} workers; the last one: {}", range.begin,
                                range.end(), most_tries, crash.what())};
}

/// Waits for the result; hands the range to another worker if its worker dies.
range_result collect(mp::pool& pool, pending_range& pending) {
    for (int tries = 1;; ++tries) {
        try {
            return pending.result.get();
        } catch (const mp::worker_crashed& crash) {
            if (tries == most_tries) give_up(pending.request, crash);
        }
        pending.result = pool.submit(&analyse_range, pending.request);
    }
}

/// The analysis of one capture, under way.
class analysis_run {
public:
    analysis_run(const options& chosen, const row_sink& show_rows)
        : chosen_{chosen},
          show_rows_{show_rows},
          file_{chosen.capture},
          format_{read_format(file_)},
          cutter_{file_, format_, chosen.interval.ticks(format_.decimals())},
          progress_{file_.size()},
          pool_{{.processes = chosen.workers}} {}

    parallel_analysis_result finish();

private:
    void hand_out();
    void take_oldest();

    const options& chosen_;
    const row_sink& show_rows_;
    const mapped_file file_;
    const capture_format format_;
    range_cutter cutter_;
    range_merge merge_;
    progress progress_;
    mp::pool pool_;
    std::deque<pending_range> pending_;
    std::vector<interval_row> rows_;
};

/// Keeps as many ranges with the workers as they can use.
void analysis_run::hand_out() {
    const auto window = ranges_per_worker * static_cast<std::size_t>(pool_.processes());
    while (pending_.size() < window) {
        auto range = cutter_.next();
        if (!range) return;
        auto result = pool_.submit(&analyse_range, *range);
        pending_.push_back({std::move(*range), std::move(result)});
    }
}

void analysis_run::take_oldest() {
    auto& oldest = pending_.front();
    merge_.add(oldest.request, collect(pool_, oldest));
    const auto rows = merge_.take_rows();
    if (!rows.empty()) {
        progress_.hide();
        show_rows_(rows, format_);
        rows_.insert(rows_.end(), rows.begin(), rows.end());
    }
    progress_.show(merge_.packets(), oldest.request.end());
    pending_.pop_front();
}

parallel_analysis_result analysis_run::finish() {
    for (hand_out(); !pending_.empty(); hand_out()) take_oldest();
    progress_.hide();
    return {.numbers = {.path = chosen_.capture,
                        .bytes = file_.size(),
                        .interval = chosen_.interval.text(),
                        .format = format_,
                        .packets = merge_.packets(),
                        .rows = std::move(rows_),
                        .ports = merge_.ports()},
            .remark = cutter_.remark()};
}

} // namespace

parallel_analysis_result analyse_in_parallel(const options& chosen, const row_sink& show_rows) {
    return analysis_run{chosen, show_rows}.finish();
}

} // namespace traffic

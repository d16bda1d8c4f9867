// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What the engine does about Ctrl-C.

#include <algorithm>
#include <optional>

#include "runtime/interruption.hpp"
#include "runtime/pool_engine.hpp"

namespace tandem::runtime {

/// Takes back what no worker has begun, and ends the jobs of which nothing runs.
void pool_engine::heed_interrupt() {
    for (auto& worker : workers_)
        while (const auto returned = worker.return_newest())
            if (returned->entry != nullptr) scheduler_.requeue(*returned->entry, returned->items);
    for (auto next = jobs_.begin(); next != jobs_.end();) {
        auto& entry = next++->second;
        const auto is_part = [&](const assignment& task) { return task.entry == &entry; };
        const bool runs = std::ranges::any_of(workers_, [&](const pool_worker& worker) {
            return std::ranges::any_of(worker.in_flight(), is_part);
        });
        if (runs) continue;
        const auto& job = entry.job();
        const auto all = job.grows() ? std::nullopt : std::optional{job.size()};
        end_job(entry, interrupted_error(entry.outcomes(), all));
    }
}

} // namespace tandem::runtime

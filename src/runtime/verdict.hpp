// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <utility>

#include "runtime/job_entry.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

/// Why a pool ends one of its workers while it runs an item.
struct verdict {
    enum class cause : std::uint8_t { timeout, cpu_time, memory, cancelled, shortage };

    cause why = cause::cancelled;
    std::uint64_t item = 0;           // the one that is to end: items begun until then
    std::uint64_t resident_bytes = 0; // what it had, for cause::memory
    job_entry::time_point kill_at;    // asked to end before

    /// True if the item is not to blame, and is run again.
    [[nodiscard]] bool spares_the_item() const noexcept { return why == cause::shortage; }

    /// The error of the item, which is one of a job with `options`.
    [[nodiscard]] std::exception_ptr error(const call_options& options, const task_place& place,
                                           crash_report report) const {
        switch (why) {
            case cause::timeout:
                return std::make_exception_ptr(
                    task_timeout{place, options.timeout, std::move(report)});
            case cause::cpu_time:
                return std::make_exception_ptr(
                    cpu_time_exceeded{place, options.cpu_time, std::move(report)});
            case cause::memory:
                return std::make_exception_ptr(memory_exceeded{
                    place, {.limit = options.memory, .seen = resident_bytes}, std::move(report)});
            case cause::cancelled:
            case cause::shortage: // the item is run again
                break;
        }
        return std::make_exception_ptr(cancelled{"running a task: it was cancelled"});
    }
};

} // namespace tandem::runtime

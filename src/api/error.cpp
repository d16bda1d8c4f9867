// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/error.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "runtime/exception_chain.hpp"
#include "runtime/kernel_text.hpp"

namespace tandem {

namespace {

std::string at(const task_place& place) {
    if (!place.process.empty()) return place.process + " (pid " + std::to_string(place.pid) + ")";
    return "item " + std::to_string(place.index) + " (worker " + std::to_string(place.pid) + ")";
}

std::string describe(const task_place& place, const std::vector<task_error::thrown>& chain) {
    return at(place) + " threw " + runtime::describe(chain);
}

std::string describe(const task_place& place, const crash_report& report) {
    if (!place.process.empty()) return at(place) + " ended without a result: " + report.describe();
    return "the worker ended while it ran " + at(place) + ": " + report.describe();
}

/// "250 ms": in the largest unit that gives a whole number.
std::string describe(std::chrono::nanoseconds time) {
    struct unit {
        std::int64_t nanoseconds;
        const char* name;
    };
    constexpr std::array<unit, 3> units{
        {{1'000'000'000, " s"}, {1'000'000, " ms"}, {1'000, " us"}}};
    for (const auto& [size, name] : units)
        if (time.count() >= size && time.count() % size == 0)
            return std::to_string(time.count() / size) + name;
    return std::to_string(time.count()) + " ns";
}

/// The last line is what the reader wants; all of them are in the report.
std::string last_line(std::string_view text) {
    text.remove_suffix(text.size() - (text.find_last_not_of(" \n") + 1));
    return std::string{text.substr(text.rfind('\n') + 1)};
}

std::string describe_initializer(const crash_report& report) {
    auto text = "the worker ended while it ran the pool's initializer: " + report.describe();
    if (const auto said = last_line(report.stderr_tail); !said.empty())
        text += "; the last that it wrote to standard error: " + said;
    return text;
}

} // namespace

// Here, so that each type has its type information in one place and can be caught across libraries.
error::~error() = default;
launch_error::~launch_error() = default;
bootstrap_error::~bootstrap_error() = default;
fork_refused::~fork_refused() = default;
cancelled::~cancelled() = default;
task_error::~task_error() = default;
initializer_failed::~initializer_failed() = default;
interrupted::~interrupted() = default;
worker_lost::~worker_lost() = default;
worker_crashed::~worker_crashed() = default;
task_timeout::~task_timeout() = default;
cpu_time_exceeded::~cpu_time_exceeded() = default;
memory_exceeded::~memory_exceeded() = default;

task_error::task_error(task_place place, std::vector<thrown> chain)
    : error{describe(place, chain)}, place_{std::move(place)}, chain_{std::move(chain)} {}

initializer_failed::initializer_failed(const std::string& thrown)
    : launch_error{"the pool's initializer threw " + thrown},
      report_{std::make_shared<crash_report>()} {}

initializer_failed::initializer_failed(crash_report report)
    : launch_error{describe_initializer(report)},
      report_{std::make_shared<crash_report>(std::move(report))} {}

worker_lost::worker_lost(const std::string& message, task_place place, crash_report report)
    : error{message},
      place_{std::move(place)},
      report_{std::make_shared<crash_report>(std::move(report))} {}

worker_crashed::worker_crashed(const task_place& place, const exit_status& status)
    : worker_crashed{place, crash_report{status, {}, {}, false}} {}

worker_crashed::worker_crashed(const task_place& place, crash_report report)
    : worker_lost{describe(place, report), place, std::move(report)} {}

task_timeout::task_timeout(const std::string& message, const task_place& place,
                           std::chrono::nanoseconds limit, crash_report report)
    : worker_lost{message, place, std::move(report)}, limit_{limit} {}

task_timeout::task_timeout(const task_place& place, std::chrono::nanoseconds limit,
                           crash_report report)
    : task_timeout{at(place) + " ran longer than its time limit of " + describe(limit), place,
                   limit, std::move(report)} {}

cpu_time_exceeded::cpu_time_exceeded(const task_place& place, std::chrono::nanoseconds limit,
                                     crash_report report)
    : task_timeout{at(place) + " used more processor time than its limit of " + describe(limit),
                   place, limit, std::move(report)} {}

memory_exceeded::memory_exceeded(const task_place& place, amounts bytes, crash_report report)
    : worker_lost{at(place) + " had " + runtime::bytes_in_words(bytes.seen) +
                      " resident; its limit is " + runtime::bytes_in_words(bytes.limit),
                  place, std::move(report)},
      bytes_{bytes} {}

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/error.hpp"

#include <utility>

#include "runtime/exception_chain.hpp"

namespace tandem {

namespace {

std::string at(const task_place& place) {
    if (!place.process.empty()) return place.process + " (pid " + std::to_string(place.pid) + ")";
    return "item " + std::to_string(place.index) + " (worker " + std::to_string(place.pid) + ")";
}

std::string describe(const task_place& place, const std::vector<task_error::thrown>& chain) {
    return at(place) + " threw " + runtime::describe(chain);
}

std::string describe(const task_place& place, const exit_status& status) {
    if (!place.process.empty()) return at(place) + " ended without a result: " + status.describe();
    return "the worker ended while it ran " + at(place) + ": " + status.describe();
}

} // namespace

// Here, so that each type has its type information in one place and can be caught across libraries.
error::~error() = default;
launch_error::~launch_error() = default;
bootstrap_error::~bootstrap_error() = default;
fork_refused::~fork_refused() = default;
cancelled::~cancelled() = default;
task_error::~task_error() = default;
worker_crashed::~worker_crashed() = default;

task_error::task_error(task_place place, std::vector<thrown> chain)
    : error{describe(place, chain)}, place_{std::move(place)}, chain_{std::move(chain)} {}

worker_crashed::worker_crashed(task_place place, exit_status status)
    : error{describe(place, status)}, place_{std::move(place)}, status_{status} {}

} // namespace tandem

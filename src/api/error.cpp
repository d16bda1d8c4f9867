// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/error.hpp"

#include <utility>

namespace tandem {

namespace {

std::string at(const task_place& place) {
    return "item " + std::to_string(place.index) + " (worker " + std::to_string(place.pid) + ")";
}

std::string describe(const task_place& place, const std::vector<task_error::thrown>& chain) {
    std::string text = at(place) + " threw ";
    for (const char* joint = ""; const auto& thrown : chain) {
        text += joint + thrown.type_name + (thrown.message.empty() ? "" : ": " + thrown.message);
        joint = "; nested in it: ";
    }
    return text;
}

} // namespace

// Here, so that each type has its type information in one place and can be caught across libraries.
error::~error() = default;
launch_error::~launch_error() = default;
bootstrap_error::~bootstrap_error() = default;
cancelled::~cancelled() = default;
task_error::~task_error() = default;
worker_crashed::~worker_crashed() = default;

task_error::task_error(task_place place, std::vector<thrown> chain)
    : error{describe(place, chain)}, place_{place}, chain_{std::move(chain)} {}

worker_crashed::worker_crashed(task_place place, exit_status status)
    : error{"the worker ended while it ran " + at(place) + ": " + status.describe()},
      place_{place},
      status_{status} {}

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/worker_state.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace tandem::detail {

namespace {

worker_state& state_of_this_thread() noexcept {
    static thread_local worker_state only; // of a thread, since a worker may be one
    return only;
}

} // namespace

void set_worker_state(worker_state state) noexcept { std::swap(state_of_this_thread(), state); }

worker_state take_worker_state() noexcept { return std::exchange(state_of_this_thread(), {}); }

void end_worker_state() noexcept { (void)take_worker_state(); }

void* find_worker_state(const std::type_info& type, std::string_view type_name) {
    const auto& state = state_of_this_thread();
    if (state.type != nullptr && *state.type == type) return state.object.get();
    const auto there = state.type == nullptr
                           ? std::string{"there is none: no initializer of a pool has returned a "
                                         "value in this thread"}
                           : "the pool's initializer has returned a " + std::string{state.type_name};
    throw std::logic_error{"looking for the worker's state of type " + std::string{type_name} +
                           ": " + there};
}

} // namespace tandem::detail

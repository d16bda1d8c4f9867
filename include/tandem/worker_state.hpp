// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "tandem/detail/codec_traits.hpp"
#include "tandem/detail/export.hpp"

namespace tandem {

namespace detail {

/// What a pool's initializer has returned in a worker.
struct worker_state {
    std::shared_ptr<void> object;
    const std::type_info* type = nullptr;
    std::string_view type_name;
};

/// Keeps it for the tasks that this thread runs.
TANDEM_EXPORT void set_worker_state(worker_state state) noexcept;
/// Takes it away from them, for another thread or for end_worker_state().
[[nodiscard]] TANDEM_EXPORT worker_state take_worker_state() noexcept;
/// Destroys it, which is the finalizer.
TANDEM_EXPORT void end_worker_state() noexcept;

/// \throws std::logic_error
[[nodiscard]] TANDEM_EXPORT void* find_worker_state(const std::type_info& type,
                                                    std::string_view type_name);

} // namespace detail

namespace this_process {

/// In a task of a pool that was made with an initializer: what this returned in the worker that
/// runs the task. For the thread that runs the task.
/// \throws std::logic_error if it returned something else than an S, or there is none.
template <class S>
[[nodiscard]] S& worker_state() {
    static_assert(std::is_same_v<S, std::decay_t<S>>,
                  "tandem: worker_state<S>() takes the type that the initializer returns, without "
                  "const and &");
    return *static_cast<S*>(detail::find_worker_state(typeid(S), detail::type_name<S>()));
}

} // namespace this_process
} // namespace tandem

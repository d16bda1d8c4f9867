// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <tuple>
#include <utility>

#include "tandem/detail/process_body.hpp"

namespace tandem {

namespace detail {
TANDEM_EXPORT void add_preload(const process_body& body);
}

/// Makes each forkserver of this program call `callable` with `arguments` once, before it forks
/// anything: workers and processes then start with what it has loaded, and share its memory until
/// they write to it; spawned processes do not. A program has one forkserver, and another one if
/// that is killed. Python's set_forkserver_preload().
///
/// Call it before the first process or pool is made. The callable must leave no thread running.
/// If it throws, starting any process fails with launch_error, which says what it threw.
/// \throws launch_error if the forkserver runs already.
template <class F, class... Args>
void forkserver_preload(F callable, Args... arguments) {
    if constexpr (detail::require_portable_process<void, F, Args...>()) {
        const detail::portable_call<void, F, Args...> body{std::move(callable),
                                                           std::move(arguments)...};
        detail::add_preload(body);
    }
}

} // namespace tandem

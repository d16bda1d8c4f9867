// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <type_traits>
#include <utility>

#include "tandem/codec.hpp"
#include "tandem/process.hpp"

namespace tandem {

/// A process whose function returns a value to this one: `mp::process_result r{f, x};
/// use(r.get());`
///
/// See process for all else. An exception that leaves the function is printed there too.
///
/// Crash     a process that ends before its function has returned, by exit() even, has no result.
/// Cost      a memory object, which is freed by get().
template <class R>
class process_result : public process {
public:
    process_result() noexcept = default;

    template <class F, class... Args>
        requires detail::callable_of_process<F>
    explicit process_result(F callable, Args... arguments)
        : process_result{process_options{}, std::move(callable), std::move(arguments)...} {}

    template <class F, class... Args>
        requires detail::callable_of_process<F>
    process_result(const process_options& options, F callable, Args... arguments)
        : process{
              detail::start_portable<R>(options, {.wants_result = true}, callable, arguments...)} {}

    template <class F, class... Args>
        requires detail::callable_of_process<F>
    process_result(forked_t /*tag*/, F callable, Args... arguments)
        : process_result{forked, process_options{}, std::move(callable), std::move(arguments)...} {}

    template <class F, class... Args>
        requires detail::callable_of_process<F>
    process_result(forked_t /*tag*/, const process_options& options, F callable, Args... arguments)
        : process{
              detail::start_forked<R>(options, {.wants_result = true}, callable, arguments...)} {}

    /// Waits for the end of the process and takes the value.
    /// \throws task_error if the function threw, worker_crashed if it did not return,
    /// std::logic_error if the value has been taken.
    R get() {
        const detail::process_outcome outcome{ref()};
        if constexpr (!std::is_void_v<R>) return decode<R>(outcome.bytes());
    }
};

template <class F, class... Args>
    requires detail::callable_of_process<F>
process_result(F, Args...) -> process_result<std::decay_t<detail::process_return<F, Args...>>>;
template <class F, class... Args>
process_result(process_options, F, Args...)
    -> process_result<std::decay_t<detail::process_return<F, Args...>>>;
template <class F, class... Args>
    requires detail::callable_of_process<F>
process_result(forked_t, F, Args...)
    -> process_result<std::decay_t<detail::process_return<F, Args...>>>;
template <class F, class... Args>
process_result(forked_t, process_options, F, Args...)
    -> process_result<std::decay_t<detail::process_return<F, Args...>>>;

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <utility>

#include "tandem/detail/process_body.hpp"
#include "tandem/error.hpp"
#include "tandem/process_handle.hpp"
#include "tandem/process_options.hpp"

namespace tandem {

/// A process that runs a function. It starts at once, as a std::jthread does, and ends when the
/// function returns.
///
/// The function gets its arguments by value, decoded in the new process; if it can take a
/// std::stop_token first, it gets one that request_stop() stops. What it returns is dropped: see
/// process_result. An exception that leaves it is printed on standard error with the name of the
/// process, which then ends with exit code 1. When the function is over, processes that it has
/// detached are ended or waited for, and output is flushed; other threads are not waited for, and
/// neither destructors of static objects nor atexit functions run.
///
/// Sharing   nothing is: the process has globals of its own, and of this program's descriptors 0,
///           1 and 2 only, unless it is a fork. Any thread may start processes; one thread at a
///           time may move, assign or detach an object; all else as process_handle says.
/// Blocking  the constructor waits until the process has started, ten seconds at most, but ten
///           minutes while the forkserver preloads; the destructor asks it to stop, waits `grace`,
///           then kills it and what is left of its process group.
/// Crash     of the process: join() tells. Of this program, by SIGKILL even: the process and its
///           process group are killed; of a fork for certain only the process itself.
/// Errors    launch_error, with what failed; bootstrap_error if bootstrap() was not called;
///           fork_refused. The function has not been called then.
/// Cost      two descriptors and a pidfd. About 0.2 ms with forkserver, as long as the program
///           takes to come to main() with spawn; with fork the larger the program the longer.
/// Source    Python's multiprocessing.Process.
class process : public process_handle {
public:
    /// No process.
    process() noexcept = default;

    template <class F, class... Args>
        requires detail::callable_of_process<F>
    explicit process(F callable, Args... arguments)
        : process{process_options{}, std::move(callable), std::move(arguments)...} {}

    template <class F, class... Args>
        requires detail::callable_of_process<F>
    process(const process_options& options, F callable, Args... arguments)
        : process_handle{detail::start_portable<void>(options, {}, callable, arguments...)} {}

    template <class F, class... Args>
        requires detail::callable_of_process<F>
    process(forked_t /*tag*/, F callable, Args... arguments)
        : process{forked, process_options{}, std::move(callable), std::move(arguments)...} {}

    template <class F, class... Args>
        requires detail::callable_of_process<F>
    process(forked_t /*tag*/, const process_options& options, F callable, Args... arguments)
        : process_handle{detail::start_forked<void>(options, {}, callable, arguments...)} {}

    process(process&& other) noexcept : process_handle{static_cast<process_handle&&>(other)} {}
    process& operator=(process&& other) noexcept {
        if (this != &other) {
            end();
            process_handle::operator=(static_cast<process_handle&&>(other));
        }
        return *this;
    }
    process(const process&) = delete;
    process& operator=(const process&) = delete;
    ~process() { end(); }

    /// Lets it go on without this object, until it ends or the program does; see
    /// process_options::daemon. It stays among active_children(). No process is left here.
    /// \throws std::logic_error if there is none.
    void detach() {
        (void)ref();
        detail::detach_process(shared());
        reset();
    }

protected:
    explicit process(detail::shared_process started) noexcept
        : process_handle{std::move(started)} {}

private:
    void end() noexcept {
        if (valid()) detail::end_process(ref());
    }
};

} // namespace tandem

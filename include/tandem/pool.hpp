// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <type_traits>
#include <utility>

#include "tandem/detail/engine.hpp"
#include "tandem/detail/initializer.hpp"
#include "tandem/detail/map_items.hpp"
#include "tandem/error.hpp"
#include "tandem/future.hpp"
#include "tandem/pool_calls.hpp"
#include "tandem/pool_options.hpp"
#include "tandem/shared.hpp"

namespace tandem {

/// A pool with options for the calls that are made through it; see pool::with(). Refers to the
/// pool, which must outlive it.
class configured_pool : public pool_calls<configured_pool> {
    friend class map_calls<configured_pool>;
    friend class pool;

    configured_pool(const detail::engine& engine, call_options options)
        : engine_{engine}, options_{std::move(options)} {}

    [[nodiscard]] detail::call_site<detail::no_cost> call_site() const {
        static constexpr detail::no_cost as_they_come;
        return {engine_, options_, as_they_come};
    }

    const detail::engine& engine_;
    call_options options_;
};

/// Worker processes that run tasks: map(), submit() and all else that pool_calls lists.
///
/// Sharing   any number of threads may use a pool at the same time; it stays in the process that
///           made it.
/// Order     results of map() come in the order of the items; tasks may run in any order.
/// Crash     a worker that dies (a segfault, kill -9, exit() in a task) fails the item that it ran,
///           with worker_crashed, and nothing else: results that were finished are kept, items that
///           were waiting go to other workers, and a new worker takes its place.
/// Blocking  the destructor is terminate(): it cancels what has not run, gives running tasks
///           `grace` to finish, and kills the rest. `close(); join();` before it waits for all
///           tasks. The end of the program, by SIGKILL even, ends the workers.
/// Errors    see map_calls, result_range and future.
/// Cost      a worker starts in well under a millisecond once the first has started, and takes four
///           descriptors (two with worker_output::inherit) and about half a megabyte of shared
///           memory when busy.
/// Source    Python's multiprocessing.Pool.
class pool : public pool_calls<pool> {
public:
    /// A pool of usable_cpus() workers.
    /// \throws bootstrap_error if mp::bootstrap() has not been called, launch_error if the
    /// forkserver or shared memory cannot be had, std::invalid_argument for a negative number of
    /// processes.
    pool() : pool{pool_options{}} {}
    explicit pool(const pool_options& options) : engine_{options} {}

    /// Each worker calls init(arguments...) before its first task, one that replaces another too.
    /// What it returns is the worker's state: tasks in that worker reach it by
    /// this_process::worker_state<S>(), and it is destroyed when the worker ends in order, which
    /// makes its destructor the finalizer. It need not be portable.
    ///
    /// The constructor does not wait for it. If no worker gets through it, calls fail with
    /// initializer_failed.
    template <class F, class... Args>
    // NOLINTNEXTLINE(performance-unnecessary-value-param): arrays and functions decay
    pool(const pool_options& options, F init, Args... arguments)
        : engine_{options, detail::encode_initializer(init, arguments...)} {}

    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;
    ~pool() { engine_.terminate(); }

    /// The pool, with options for the calls that follow: `pool.with({.chunk_size = 1}).map(f, x)`.
    [[nodiscard]] configured_pool with(const call_options& options) const {
        return configured_pool{engine_, options};
    }

    /// Makes a value known to all workers: it is encoded once, and each worker gets it once, before
    /// the first task that needs it. Pass the handle to tasks instead of the value.
    template <class T>
    [[nodiscard]] shared<T> share(T value) const {
        if constexpr (detail::require_shareable<T>()) return shared<T>{engine_, std::move(value)};
    }

    /// Number of workers.
    [[nodiscard]] int processes() const noexcept { return engine_.processes(); }
    /// Changes it. Workers that are too many end after the items that they have.
    /// \throws std::invalid_argument
    void resize(int processes) const { engine_.resize(processes); }

    /// Takes no more calls: they fail with `cancelled`. Those that were made go on.
    void close() const { engine_.close(); }
    /// After close(): waits until all calls are done and all workers have ended.
    void join() const { (void)join_for(std::chrono::nanoseconds::max()); }
    /// The same, for `limit` at most; true if all have ended.
    bool join_for(std::chrono::nanoseconds limit) const { return engine_.join_for(limit); }
    /// Ends the workers now: calls that are not done fail with `cancelled`; a running task gets
    /// `grace` to finish, then its worker is killed.
    void terminate() const noexcept { engine_.terminate(); }

private:
    friend class map_calls<pool>;

    [[nodiscard]] detail::call_site<detail::no_cost> call_site() const {
        static constexpr detail::no_cost as_they_come;
        return {engine_, {}, as_they_come};
    }

    detail::engine engine_;
};

} // namespace tandem

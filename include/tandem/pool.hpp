// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <concepts>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "tandem/detail/call_job.hpp"
#include "tandem/detail/engine.hpp"
#include "tandem/detail/map_job.hpp"
#include "tandem/error.hpp"
#include "tandem/future.hpp"
#include "tandem/pool_options.hpp"
#include "tandem/portable.hpp"

namespace tandem {

/// A pool with options for the calls that are made through it; see pool::with(). Refers to the
/// pool, which must outlive it.
///
/// Items and extra arguments are copied to the workers, results back: each must be `portable`. What
/// a callable changes in the worker (globals, static variables) stays there.
class configured_pool {
public:
    /// Applies `callable` to each item of a range: callable(item, extra...). Returns the results in
    /// the order of the items, or nothing if the callable returns void. The extra arguments go to
    /// every call and travel once per worker. An input range is read completely first.
    ///
    /// Waits until all is done. If items fail, throws the failure that comes first in the order of
    /// the items; items behind a failure may have been run or not.
    /// \throws task_error, worker_crashed, cancelled, launch_error
    template <class F, class Range, class... Extra>
    auto map(F callable, Range&& items, const Extra&... extra) const {
        return run_map<detail::as_argument>(std::move(callable), std::forward<Range>(items),
                                            extra...);
    }

    /// As map(), for items that are tuples (or pairs, or arrays): callable(parts..., extra...).
    template <class F, class Range, class... Extra>
    auto starmap(F callable, Range&& items, const Extra&... extra) const {
        return run_map<detail::as_arguments>(std::move(callable), std::forward<Range>(items),
                                             extra...);
    }

    /// Has a worker call callable(arguments...). Does not wait.
    template <class F, class... Args>
    [[nodiscard]] auto submit(F callable, Args... arguments) const {
        if constexpr (detail::require_portable_call<F, Args...>()) {
            using result = std::decay_t<std::invoke_result_t<F&, Args...>>;
            auto job = std::make_shared<detail::call_job<result, F, Args...>>(
                std::move(callable), std::move(arguments)...);
            engine_.add(job, 1);
            return future<result>{engine_, std::move(job)};
        }
    }

private:
    friend class pool;

    configured_pool(const detail::engine& engine, const call_options& options)
        : engine_{engine}, options_{options} {}

    template <class Spread, class F, class Range, class... Extra>
    auto run_map(F callable, Range&& items, const Extra&... extra) const {
        if constexpr (!detail::require_items<Range>()) {
            return;
        } else if constexpr (std::ranges::random_access_range<Range> &&
                             std::ranges::sized_range<Range>) {
            return run_map_over<Spread>(std::move(callable), items, extra...);
        } else if constexpr (std::ranges::forward_range<Range> &&
                             std::is_lvalue_reference_v<std::ranges::range_reference_t<Range>>) {
            std::vector<std::add_pointer_t<std::ranges::range_reference_t<Range>>> places;
            for (auto& item : items) places.push_back(std::addressof(item));
            auto in_place =
                std::views::transform(places, [](auto* item) -> auto& { return *item; });
            return run_map_over<Spread>(std::move(callable), in_place, extra...);
        } else {
            std::vector<std::ranges::range_value_t<Range>> collected;
            for (auto&& item : items) collected.push_back(std::forward<decltype(item)>(item));
            return run_map_over<Spread>(std::move(callable), collected, extra...);
        }
    }

    template <class Spread, class F, class Items, class... Extra>
    auto run_map_over(F callable, Items& items, const Extra&... extra) const {
        using item = std::ranges::range_value_t<Items>;
        if constexpr (detail::require_portable_map<Spread, F, item, Extra...>()) {
            using result = std::decay_t<detail::map_result<Spread, F, item, Extra...>>;
            const auto job = std::make_shared<detail::map_job<result, Spread, F, Items, Extra...>>(
                std::move(callable), items, extra...);
            engine_.add(job, options_.chunk_size);
            (void)engine_.wait(*job, std::chrono::nanoseconds::max());
            return job->take();
        }
    }

    const detail::engine& engine_;
    call_options options_;
};

/// Worker processes that run tasks.
///
/// Sharing   any number of threads may use a pool at the same time; it stays in the process that
///           made it.
/// Order     results of map() come in the order of the items; tasks may run in any order.
/// Crash     a worker that dies (a segfault, kill -9, exit() in a task) fails the item that it ran,
///           with worker_crashed, and nothing else: results that were finished are kept, items that
///           were waiting go to other workers, and a new worker takes its place.
/// Blocking  the destructor cancels what has not run, gives running tasks `grace` to finish, and
///           kills the rest. The end of the program, by SIGKILL even, ends the workers.
/// Errors    see future and map().
/// Cost      a worker starts in well under a millisecond once the first has started, and takes two
///           descriptors and about half a megabyte of shared memory when busy.
/// Source    Python's multiprocessing.Pool.
class pool {
public:
    /// A pool of usable_cpus() workers.
    /// \throws bootstrap_error if mp::bootstrap() has not been called, launch_error if the
    /// forkserver or shared memory cannot be had, std::invalid_argument for a negative number of
    /// processes.
    pool() : pool{pool_options{}} {}
    explicit pool(const pool_options& options) : engine_{options} {}
    pool(const pool&) = delete;
    pool& operator=(const pool&) = delete;
    ~pool() { engine_.terminate(); }

    /// The pool, with options for the calls that follow: `pool.with({.chunk_size = 1}).map(f, x)`.
    [[nodiscard]] configured_pool with(const call_options& options) const {
        return configured_pool{engine_, options};
    }

    /// See configured_pool::map().
    template <class F, class Range, class... Extra>
    auto map(F callable, Range&& items, const Extra&... extra) const {
        return with({}).map(std::move(callable), std::forward<Range>(items), extra...);
    }

    /// See configured_pool::starmap().
    template <class F, class Range, class... Extra>
    auto starmap(F callable, Range&& items, const Extra&... extra) const {
        return with({}).starmap(std::move(callable), std::forward<Range>(items), extra...);
    }

    /// See configured_pool::submit().
    template <class F, class... Args>
    [[nodiscard]] auto submit(F callable, Args... arguments) const {
        return with({}).submit(std::move(callable), std::move(arguments)...);
    }

    /// Number of workers.
    [[nodiscard]] int processes() const noexcept { return engine_.processes(); }

private:
    detail::engine engine_;
};

} // namespace tandem

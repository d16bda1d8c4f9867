// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <expected>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "tandem/detail/engine.hpp"
#include "tandem/detail/item_call.hpp"
#include "tandem/detail/map_items.hpp"
#include "tandem/detail/map_job.hpp"
#include "tandem/error.hpp"
#include "tandem/failure.hpp"
#include "tandem/future.hpp"
#include "tandem/pool_options.hpp"

namespace tandem {

namespace detail {

/// Where calls go: an engine, and the options that they have.
template <class Cost>
struct call_site {
    const detail::engine& engine;
    call_options options;
    const Cost& cost;
};

} // namespace detail

template <class Self>
class pool_calls;

/// The calls of a pool that apply a callable to items which are all there.
///
/// The callable comes first, then the range of items, then extra arguments, which go to every call
/// and travel once per worker: callable(item, extra...). Items and extra arguments are copied to
/// the workers, results back: each must be `portable`. An input range is read completely first,
/// lazily only by imap(). What a callable changes in the worker (globals, static variables) stays
/// there.
///
/// Blocking  all but the `_async` ones wait until all is done.
/// Errors    task_error, worker_crashed, task_timeout and its like: of an item. cancelled,
///           launch_error: of the pool. std::invalid_argument: on_error::substitute does not fit.
template <class Self>
class map_calls {
    using wanted = detail::wanted;

public:
    /// Returns the results in the order of the items, or nothing if the callable returns void. If
    /// items fail, throws the failure that comes first in the order of the items; items behind a
    /// failure may have been run or not.
    template <class F, class Range, class... Extra>
    auto map(F callable, Range&& items, const Extra&... extra) const {
        return run<detail::as_argument, wanted::results>(std::move(callable),
                                                         std::forward<Range>(items), extra...);
    }

    /// As map(), for items that are tuples (or pairs, or arrays): callable(parts..., extra...).
    template <class F, class Range, class... Extra>
    auto starmap(F callable, Range&& items, const Extra&... extra) const {
        return run<detail::as_arguments, wanted::results>(std::move(callable),
                                                          std::forward<Range>(items), extra...);
    }

    /// As map(), for what the callable does and not what it returns, which stays in the worker.
    template <class F, class Range, class... Extra>
    void for_each(F callable, Range&& items, const Extra&... extra) const {
        run<detail::as_argument, wanted::nothing>(std::move(callable), std::forward<Range>(items),
                                                  extra...);
    }

    /// Runs all items and returns what became of each, in order: a std::vector of
    /// `std::expected<R, mp::failure>`. Throws only what concerns no item, such as bad options.
    template <class F, class Range, class... Extra>
    [[nodiscard]] auto try_map(F callable, Range&& items, const Extra&... extra) const {
        return run<detail::as_argument, wanted::outcomes>(std::move(callable),
                                                          std::forward<Range>(items), extra...);
    }

    /// As try_map(), for items that are tuples.
    template <class F, class Range, class... Extra>
    [[nodiscard]] auto try_starmap(F callable, Range&& items, const Extra&... extra) const {
        return run<detail::as_arguments, wanted::outcomes>(std::move(callable),
                                                           std::forward<Range>(items), extra...);
    }

    /// As map(), but does not wait: returns a future of the vector (of void, if the callable
    /// returns void). The call keeps copies of items and extra arguments; a container that is an
    /// rvalue is moved.
    template <class F, class Range, class... Extra>
    [[nodiscard]] auto map_async(F callable, Range&& items, Extra... extra) const {
        return start<detail::as_argument>(std::move(callable), std::forward<Range>(items),
                                          std::move(extra)...);
    }

    /// As map_async(), for items that are tuples.
    template <class F, class Range, class... Extra>
    [[nodiscard]] auto starmap_async(F callable, Range&& items, Extra... extra) const {
        return start<detail::as_arguments>(std::move(callable), std::forward<Range>(items),
                                           std::move(extra)...);
    }

private:
    friend Self;
    friend class pool_calls<Self>;
    map_calls() = default;

    [[nodiscard]] auto site() const { return static_cast<const Self&>(*this).call_site(); }

    template <class Spread, wanted Wanted, class F, class Range, class... Extra>
    auto run(F callable, Range&& items, const Extra&... extra) const {
        if constexpr (detail::require_items<Range>()) {
            return detail::use_indexable(std::forward<Range>(items), [&](auto& indexable) {
                return run_over<Spread, Wanted>(std::move(callable), indexable, extra...);
            });
        }
    }

    template <class Spread, wanted Wanted, class F, class Items, class... Extra>
    auto run_over(F callable, Items& items, const Extra&... extra) const {
        using item = std::ranges::range_value_t<Items>;
        if constexpr (detail::require_portable_map<Spread, F, item, Extra...>()) {
            using returned = std::decay_t<detail::item_result<Spread, F, item, Extra...>>;
            using result = std::conditional_t<Wanted == wanted::nothing, void, returned>;
            using job = detail::map_job<result, Spread, F, Items&, const Extra&...>;
            auto [engine, options, cost] = site();
            if (Wanted == wanted::outcomes && !options.on_error.goes_on())
                options.on_error = options.on_error.then(on_error::collect);
            const auto running = std::make_shared<job>(
                detail::map_request{Wanted, options.on_error, detail::order_by(cost, items)},
                std::move(callable), items, extra...);
            engine.add(running, options);
            (void)engine.wait(*running, std::chrono::nanoseconds::max());
            if constexpr (Wanted == wanted::outcomes)
                return running->table().take_outcomes();
            else
                return running->table().take_results();
        }
    }

    template <class Spread, class F, class Range, class... Extra>
    auto start(F callable, Range&& items, Extra... extra) const {
        if constexpr (detail::require_items<Range>()) {
            using item = std::ranges::range_value_t<Range>;
            if constexpr (detail::require_portable_map<Spread, F, item, Extra...>()) {
                using result = std::decay_t<detail::item_result<Spread, F, item, Extra...>>;
                auto owned = detail::own_items(std::forward<Range>(items));
                using job = detail::async_map_job<result, Spread, F, decltype(owned), Extra...>;
                const auto [engine, options, cost] = site();
                auto order = detail::order_by(cost, owned);
                auto running = std::make_shared<job>(
                    detail::map_request{wanted::results, options.on_error, std::move(order)},
                    std::move(callable), std::move(owned), std::move(extra)...);
                engine.add(running, options);
                return future<detail::mapped<result>>{engine, std::move(running)};
            }
        }
    }
};

} // namespace tandem

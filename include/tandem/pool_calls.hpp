// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>

#include "tandem/detail/call_job.hpp"
#include "tandem/detail/stream_source.hpp"
#include "tandem/future.hpp"
#include "tandem/map_calls.hpp"
#include "tandem/result_range.hpp"

namespace tandem {

/// The calls of a map, for which a function says what an item costs; see pool_calls::by_cost().
/// Refers to the pool, which must outlive it.
template <class Cost>
class cost_ordered : public map_calls<cost_ordered<Cost>> {
    friend class map_calls<cost_ordered<Cost>>;
    template <class>
    friend class pool_calls;

    cost_ordered(const detail::engine& engine, call_options options, Cost cost)
        : engine_{engine}, options_{std::move(options)}, cost_{std::move(cost)} {}

    [[nodiscard]] detail::call_site<Cost> call_site() const { return {engine_, options_, cost_}; }

    const detail::engine& engine_;
    call_options options_;
    Cost cost_;
};

/// All calls of a pool.
template <class Self>
class pool_calls : public map_calls<Self> {
public:
    /// Has a worker call callable(arguments...). Does not wait.
    template <class F, class... Args>
    [[nodiscard]] auto submit(F callable, Args... arguments) const {
        if constexpr (detail::require_portable_call<F, Args...>()) {
            using result = std::decay_t<std::invoke_result_t<F&, Args...>>;
            const auto [engine, options, cost] = this->site();
            auto job = std::make_shared<detail::call_job<result, F, Args...>>(
                options.on_error, std::move(callable), std::move(arguments)...);
            engine.add(job, options);
            return future<result>{engine, std::move(job)};
        }
    }

    /// submit(), and waits for the result.
    /// \throws as future::get()
    template <class F, class... Args>
    auto apply(F callable, Args... arguments) const {
        if constexpr (detail::require_portable_call<F, Args...>())
            return submit(std::move(callable), std::move(arguments)...).get();
    }

    /// Applies `callable` to the items of any input range while the results are read, in the order
    /// of the items: a result_range, which see. The input range may be infinite; it is pulled by
    /// the thread that reads, as far as the workers can use it and call_options::window allows. An
    /// lvalue must outlive the result; an rvalue is moved into it. Extra arguments are copied.
    template <class F, class Range, class... Extra>
    [[nodiscard]] auto imap(F callable, Range&& items, Extra... extra) const {
        return stream<detail::as_argument, detail::stream_order::as_given>(
            std::move(callable), std::forward<Range>(items), std::move(extra)...);
    }

    /// As imap(), but yields each result as soon as it is there; the iterator's index() says which
    /// item it is of.
    template <class F, class Range, class... Extra>
    [[nodiscard]] auto imap_unordered(F callable, Range&& items, Extra... extra) const {
        return stream<detail::as_argument, detail::stream_order::as_finished>(
            std::move(callable), std::forward<Range>(items), std::move(extra)...);
    }

    /// As imap(), for items that are tuples (or pairs, or arrays): callable(parts..., extra...).
    template <class F, class Range, class... Extra>
    [[nodiscard]] auto istarmap(F callable, Range&& items, Extra... extra) const {
        return stream<detail::as_arguments, detail::stream_order::as_given>(
            std::move(callable), std::forward<Range>(items), std::move(extra)...);
    }

    /// As imap_unordered(), for items that are tuples.
    template <class F, class Range, class... Extra>
    [[nodiscard]] auto istarmap_unordered(F callable, Range&& items, Extra... extra) const {
        return stream<detail::as_arguments, detail::stream_order::as_finished>(
            std::move(callable), std::forward<Range>(items), std::move(extra)...);
    }

    /// For maps that follow: items run in the order of falling cost(item), so that no large one is
    /// left for the end: `pool.by_cost(&file_size).map(f, files)`. `cost` is called in this
    /// process, once per item. Results stay in the order of the items, and errors name the item's
    /// position; a map that stops at a failure throws that of the most costly item that failed.
    template <class Cost>
    [[nodiscard]] auto by_cost(Cost cost) const {
        const auto site = this->site();
        return cost_ordered<Cost>{site.engine, site.options, std::move(cost)};
    }

private:
    friend Self;
    pool_calls() = default;

    template <class Spread, detail::stream_order Order, class F, class Range, class... Extra>
    auto stream(F callable, Range&& items, Extra... extra) const {
        if constexpr (detail::require_items<Range>()) {
            using view = std::views::all_t<Range>;
            using item = std::ranges::range_value_t<view>;
            if constexpr (detail::require_portable_map<Spread, F, item, Extra...>()) {
                using result = std::decay_t<detail::item_result<Spread, F, item, Extra...>>;
                auto [engine, options, cost] = this->site();
                if (!options.on_error.goes_on())
                    options.on_error = options.on_error.then(on_error::collect);
                auto job = std::make_shared<detail::stream_call<result, Spread, F, item, Extra...>>(
                    Order, options.on_error, std::move(callable), std::move(extra)...);
                return result_range<result>{std::make_unique<detail::stream_source<result, view>>(
                    engine, options, std::move(job), std::views::all(std::forward<Range>(items)))};
            }
        }
    }
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The items of a map, whatever range they come in, and the order in which they run.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace tandem::detail {

template <class Range>
concept indexable = std::ranges::random_access_range<Range> && std::ranges::sized_range<Range>;

template <class Range>
auto collect_items(Range&& items) {
    std::vector<std::ranges::range_value_t<Range>> collected;
    if constexpr (std::ranges::sized_range<Range>)
        collected.reserve(static_cast<std::size_t>(std::ranges::size(items)));
    for (auto&& item : items) collected.push_back(std::forward<decltype(item)>(item));
    return collected;
}

/// Calls `use` with the items as an indexable range, where they are if they stay there.
template <class Range, class Use>
auto use_indexable(Range&& items, Use use) {
    if constexpr (indexable<Range>) {
        return use(items);
    } else if constexpr (std::ranges::forward_range<Range> &&
                         std::is_lvalue_reference_v<std::ranges::range_reference_t<Range>>) {
        std::vector<std::add_pointer_t<std::ranges::range_reference_t<Range>>> places;
        for (auto& item : items) places.push_back(std::addressof(item));
        auto in_place = std::views::transform(places, [](auto* item) -> auto& { return *item; });
        return use(in_place);
    } else {
        auto collected = collect_items(items);
        return use(collected);
    }
}

/// The items as an indexable range of its own.
template <class Range>
auto own_items(Range&& items) {
    if constexpr (indexable<Range> && !std::is_lvalue_reference_v<Range> &&
                  !std::ranges::view<Range> && !std::is_array_v<Range>)
        return Range{std::forward<Range>(items)};
    else
        return collect_items(std::forward<Range>(items));
}

/// Items run as they come.
struct no_cost {};

template <class Cost, class Item>
concept cost_of = requires(const Cost& cost, const Item& item) {
    { cost(item) } -> std::totally_ordered;
};

/// The positions of the items, the most costly first; of equal ones the first. Empty: as they come.
template <class Cost, class Items>
std::vector<std::size_t> order_by(const Cost& cost, Items& items) {
    using item = std::ranges::range_value_t<Items>;
    std::vector<std::size_t> order;
    constexpr bool fits = std::same_as<Cost, no_cost> || cost_of<Cost, item>;
    static_assert(fits,
                  "tandem: by_cost() takes a function that can be called with an item of the "
                  "range and returns a number, or something else with an order");
    if constexpr (!std::same_as<Cost, no_cost> && fits) {
        std::vector<std::decay_t<decltype(cost(std::declval<const item&>()))>> costs;
        for (const auto& each : items) {
            order.push_back(costs.size());
            costs.push_back(cost(each));
        }
        const auto comes_first = [&](std::size_t a, std::size_t b) {
            return costs[b] < costs[a] || (!(costs[a] < costs[b]) && a < b);
        };
        std::ranges::sort(order, comes_first);
    }
    return order;
}

} // namespace tandem::detail

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// One callable applied to many items: pool::map() and pool::starmap().

#include <cstddef>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "tandem/detail/call_job.hpp"

namespace tandem::detail {

/// How an item becomes the arguments of a call.
struct as_argument {
    template <class F, class Item, class... Extra>
    static decltype(auto) call(F& callable, Item&& item, const Extra&... extra) {
        return callable(std::forward<Item>(item), extra...);
    }
};
struct as_arguments {
    template <class F, class Item, class... Extra>
    static decltype(auto) call(F& callable, Item&& item, const Extra&... extra) {
        return std::apply(
            [&](auto&&... parts) -> decltype(auto) {
                return callable(std::forward<decltype(parts)>(parts)..., extra...);
            },
            std::forward<Item>(item));
    }
};

template <class Spread, class F, class Item, class... Extra>
using map_result = decltype(Spread::call(std::declval<F&>(), std::declval<Item>(),
                                         std::declval<const Extra&>()...));

template <class Item>
concept spreadable = requires { std::tuple_size<Item>::value; };

/// Fails to compile, with the reason, unless these items can be mapped in another process. True if
/// they can.
template <class Spread, class F, class Item, class... Extra>
consteval bool require_portable_map() {
    if constexpr (std::same_as<Spread, as_argument>) {
        return require_portable_call<F, Item, const Extra&...>();
    } else if constexpr (spreadable<Item>) {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return require_portable_call<F, std::tuple_element_t<I, Item>..., const Extra&...>();
        }(std::make_index_sequence<std::tuple_size_v<Item>>{});
    } else {
        static_assert(spreadable<Item>,
                      "tandem: starmap() takes items that are tuples, pairs or "
                      "arrays, and passes their parts: use map() for others");
        return false;
    }
}

/// Fails to compile, with the reason, unless Range is a range of items. True if it is.
template <class Range>
consteval bool require_items() {
    constexpr bool is_range = std::ranges::input_range<Range>;
    static_assert(is_range,
                  "tandem: map() takes the callable first, then a range of items: use "
                  "submit() for a single call");
    using array = std::remove_reference_t<Range>; // of characters that are const
    constexpr bool is_literal =
        std::is_array_v<array> && std::same_as<std::remove_extent_t<array>, const char>;
    static_assert(!is_literal,
                  "tandem: a string literal as the items of map() has its terminating "
                  "zero as last item: pass a std::string or std::string_view");
    return is_range && !is_literal;
}

/// The worker's half of a map.
template <class R, class Spread, class F, class Item, class... Extra>
class map_runner final : public chunk_runner {
public:
    explicit map_runner(decoder& state) : callable_{state}, extra_{state.read<Extra>()...} {
        state.expect_end();
    }

    void run(decoder& items, std::uint32_t count, result_sink& results) override {
        const auto call_next = [&]() -> R { return call(items); };
        for (std::uint32_t i = 0; i < count; ++i) run_item(results, call_next);
    }

private:
    R call(decoder& items) {
        // The cast is inside: what the callable returns may refer to the item.
        const auto with_extra = [&](const Extra&... extra) -> R {
            return static_cast<R>(Spread::call(callable_.get(), items.read<Item>(), extra...));
        };
        return std::apply(with_extra, extra_);
    }

    decoded_callable<F> callable_;
    std::tuple<Extra...> extra_;
};

/// The program's half of a map. `Items` is a random-access range that outlives the job, as do the
/// extra arguments.
template <class R, class Spread, class F, class Items, class... Extra>
class TANDEM_PER_MODULE map_job final : public job {
    using item = std::ranges::range_value_t<Items>;
    using result = storable<R>;
    static constexpr bool holds_plain =
        std::is_default_constructible_v<result> && std::is_move_assignable_v<result>;
    using slot = std::conditional_t<holds_plain, result, std::optional<result>>;

public:
    map_job(F callable, Items& items, const Extra&... extra)
        : job{thunk_kind::job, static_cast<std::size_t>(std::ranges::size(items))},
          callable_{std::move(callable)},
          items_{items},
          extra_{extra...},
          results_(std::is_void_v<R> ? 0 : size()) {}

    void encode_state(encoder& out) const override {
        entry.write_name(out);
        encode_callable(out, callable_);
        std::apply([&](const Extra&... extra) { (out.write(extra), ...); }, extra_);
    }
    void encode_items(std::size_t first, std::size_t count, encoder& out) const override {
        const auto begin = std::ranges::begin(items_);
        using difference = std::ranges::range_difference_t<Items>;
        for (std::size_t i = first; i < first + count; ++i)
            out.write<item>(begin[static_cast<difference>(i)]);
    }
    void accept(std::size_t index, decoder& encoded) override {
        if constexpr (!std::is_void_v<R>) {
            if constexpr (holds_plain)
                results_[index] = encoded.read<R>();
            else
                results_[index].emplace(encoded.read<R>());
        }
        encoded.expect_end();
    }
    void fail(std::size_t index, std::exception_ptr error) noexcept override {
        if (error_ && index > failed_index_) return;
        failed_index_ = index;
        error_ = std::move(error);
    }

    /// The results in input order, or the failure that comes first in input order.
    auto take() {
        if (error_) std::rethrow_exception(error_);
        if constexpr (std::is_void_v<R>) {
            return;
        } else if constexpr (holds_plain) {
            return std::move(results_);
        } else {
            std::vector<R> taken;
            taken.reserve(results_.size());
            for (auto& filled : results_) taken.push_back(*std::move(filled));
            return taken;
        }
    }

private:
    static std::unique_ptr<chunk_runner> open(decoder& state) {
        return std::make_unique<map_runner<R, Spread, F, item, Extra...>>(state);
    }

    static inline const thunk_entry entry{&open};

    F callable_;
    Items& items_;
    std::tuple<const Extra&...> extra_;
    std::vector<slot> results_;
    std::size_t failed_index_ = 0;
    std::exception_ptr error_;
};

} // namespace tandem::detail

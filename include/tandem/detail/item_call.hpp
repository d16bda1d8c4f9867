// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// How a callable is applied to items in a worker: what maps and streams of items share.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>

#include "tandem/detail/run_items.hpp"
#include "tandem/detail/thunk.hpp"
#include "tandem/portable.hpp"

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
using item_result = decltype(Spread::call(std::declval<F&>(), std::declval<Item>(),
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
                  "tandem: map() takes the callable first, then a range of items (so do imap() and "
                  "its like): use submit() for a single call");
    using array = std::remove_reference_t<Range>; // of characters that are const
    constexpr bool is_literal =
        std::is_array_v<array> && std::same_as<std::remove_extent_t<array>, const char>;
    static_assert(!is_literal,
                  "tandem: a string literal as the items of map() has its terminating "
                  "zero as last item: pass a std::string or std::string_view");
    return is_range && !is_literal;
}

/// The worker's half.
template <class R, class Spread, class F, class Item, class... Extra>
class item_runner final : public chunk_runner {
public:
    explicit item_runner(decoder& state) : callable_{state}, extra_{state.read<Extra>()...} {
        state.expect_end();
    }

    void run(decoder& items, std::uint32_t count, result_sink& results) override {
        run_items(results, count, [&]() -> R { return call(items); });
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

/// What names the code of such a call to a worker.
template <class R, class Spread, class F, class Item, class... Extra>
class TANDEM_PER_MODULE item_code {
public:
    static void write(encoder& out, const F& callable, const auto& extra) {
        entry.write_name(out);
        encode_callable(out, callable);
        std::apply([&](const Extra&... arguments) { (out.write(arguments), ...); }, extra);
    }

private:
    static std::unique_ptr<chunk_runner> open(decoder& state) {
        return std::make_unique<item_runner<R, Spread, F, Item, Extra...>>(state);
    }

    static inline const thunk_entry entry{&open};
};

} // namespace tandem::detail

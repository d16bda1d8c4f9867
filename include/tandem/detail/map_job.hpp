// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// One callable applied to many items that are all there: pool::map() and its kin.

#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <ranges>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "tandem/detail/awaited.hpp"
#include "tandem/detail/engine.hpp"
#include "tandem/detail/item_call.hpp"
#include "tandem/detail/job.hpp"
#include "tandem/detail/outcome_table.hpp"

namespace tandem::detail {

/// What is asked of a map beside its results.
struct map_request {
    detail::wanted wanted = wanted::results;
    error_policy on_error;
    /// The items in the order in which they are to run, by their positions; empty: as they come.
    std::vector<std::size_t> order;
};

/// The program's half of a map. `Items` is a random-access range, or a reference to one that
/// outlives the job; the extra arguments likewise.
template <class R, class Spread, class F, class Items, class... Extra>
class map_job : public job {
    using range = std::remove_reference_t<Items>;
    using item = std::ranges::range_value_t<range>;
    using code = item_code<R, Spread, F, item, std::remove_cvref_t<Extra>...>;

public:
    map_job(map_request request, F callable, Items items, Extra... extra)
        : job{thunk_kind::job, static_cast<std::size_t>(std::ranges::size(items))},
          callable_{std::move(callable)},
          items_(std::forward<Items>(items)),
          extra_{std::forward<Extra>(extra)...},
          order_{std::move(request.order)},
          ranks_by_position_{request.on_error.goes_on()},
          table_{size(), request.wanted, request.on_error} {}

    void encode_state(encoder& out) const override { code::write(out, callable_, extra_); }

    void encode_items(std::size_t first, std::size_t count, encoder& out) const override {
        using difference = std::ranges::range_difference_t<range>;
        const auto begin = std::ranges::begin(items_);
        if constexpr (std::ranges::contiguous_range<range> && bitwise<item>) {
            if (order_.empty()) {
                const std::span taken{std::to_address(begin) + first, count};
                return out.write_bytes(std::as_bytes(taken));
            }
        }
        for (std::size_t i = first; i < first + count; ++i)
            out.write<item>(begin[static_cast<difference>(map_job::position(i))]);
    }

    void accept(std::size_t index, decoder& encoded) override {
        table_.put(map_job::position(index), encoded);
    }
    [[nodiscard]] std::size_t packed_bytes() const noexcept override {
        if constexpr (outcome_table<R>::takes_blocks) return sizeof(R);
        return 0;
    }
    void accept_block(std::size_t first, std::size_t count,
                      std::span<const std::byte> bytes) override {
        if (order_.empty()) return table_.put_block(first, count, bytes);
        const auto each = bytes.size() / count;
        for (std::size_t i = 0; i < count; ++i)
            table_.put_block(order_[first + i], 1, bytes.subspan(i * each, each));
    }

    /// Of a map that stops at a failure, the items before it in the order of running have all run:
    /// so the first in that order is the same at each run.
    void fail(std::size_t index, std::exception_ptr error) noexcept override {
        const auto place = map_job::position(index);
        table_.fail(place, ranks_by_position_ ? place : index, std::move(error));
    }
    [[nodiscard]] std::size_t position(std::size_t index) const noexcept override {
        return index < order_.size() ? order_[index] : index;
    }

    [[nodiscard]] outcome_table<R>& table() noexcept { return table_; }
    [[nodiscard]] const outcome_table<R>& table() const noexcept { return table_; }

private:
    F callable_;
    Items items_;
    std::tuple<Extra...> extra_;
    std::vector<std::size_t> order_;
    bool ranks_by_position_;
    outcome_table<R> table_;
};

template <class R>
using mapped = decltype(std::declval<outcome_table<R>&>().take_results());

/// One that nobody waits for yet; owns its items and extra arguments.
template <class R, class Spread, class F, class Items, class... Extra>
class async_map_job final : public map_job<R, Spread, F, Items, Extra...>,
                            public awaited<mapped<R>> {
public:
    using map_job<R, Spread, F, Items, Extra...>::map_job;

    void on_done() noexcept override { this->tell_watchers(); }

    [[nodiscard]] bool ready() const noexcept override { return this->done(); }
    [[nodiscard]] bool wait(const engine& engine, std::chrono::nanoseconds limit) const override {
        return this->done() || engine.wait(*this, limit);
    }
    [[nodiscard]] bool comes_from_engine() const noexcept override { return true; }
    void cancel(const engine& engine) noexcept override { engine.cancel(*this); }
    [[nodiscard]] bool failed() const noexcept override { return this->table().failed(); }
    mapped<R> take() override { return this->table().take_results(); }
};

} // namespace tandem::detail

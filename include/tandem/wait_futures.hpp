// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <ranges>
#include <span>
#include <vector>

#include "tandem/detail/completions.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/future.hpp"

namespace tandem {

/// A reference to a future of any type, for the functions below.
class future_ref {
public:
    /// \throws std::logic_error if the future is not valid().
    template <class R>
    future_ref(const future<R>& future) : watched_{future.outcome(), &*future.engine_} {}

    /// What it refers to.
    [[nodiscard]] const detail::watched_outcome& watched() const noexcept { return watched_; }

private:
    detail::watched_outcome watched_;
};

namespace detail {
[[nodiscard]] TANDEM_EXPORT std::vector<std::size_t> wait_for_any_of(
    std::span<const future_ref> futures, std::chrono::nanoseconds limit);
[[nodiscard]] TANDEM_EXPORT bool wait_for_all_of(std::span<const future_ref> futures,
                                                 std::chrono::nanoseconds limit);
} // namespace detail

template <class Range>
concept range_of_futures =
    std::ranges::input_range<Range> &&
    std::convertible_to<const std::ranges::range_value_t<Range>&, future_ref>;

/// Waits until at least one of the futures is ready, or `limit` is over. Returns the positions of
/// all that are ready, in order; none if time is up, or if there are no futures. The futures may be
/// of different pools, and types: `mp::wait_any({a, b})`.
///
/// Blocking  collects results while it waits, if all futures are tasks of one pool; else the pools
///           do that themselves.
/// Source    Python's concurrent.futures.wait(return_when=FIRST_COMPLETED).
template <range_of_futures Range>
[[nodiscard]] std::vector<std::size_t> wait_any(
    Range&& futures, std::chrono::nanoseconds limit = std::chrono::nanoseconds::max()) {
    const std::vector<future_ref> watched(std::ranges::begin(futures), std::ranges::end(futures));
    return detail::wait_for_any_of(watched, limit);
}
[[nodiscard]] inline std::vector<std::size_t> wait_any(
    std::initializer_list<future_ref> futures,
    std::chrono::nanoseconds limit = std::chrono::nanoseconds::max()) {
    return detail::wait_for_any_of(futures, limit);
}

/// Waits until all of the futures are ready, or `limit` is over; true if they are.
template <range_of_futures Range>
bool wait_all(Range&& futures, std::chrono::nanoseconds limit = std::chrono::nanoseconds::max()) {
    const std::vector<future_ref> watched(std::ranges::begin(futures), std::ranges::end(futures));
    return detail::wait_for_all_of(watched, limit);
}
inline bool wait_all(std::initializer_list<future_ref> futures,
                     std::chrono::nanoseconds limit = std::chrono::nanoseconds::max()) {
    return detail::wait_for_all_of(futures, limit);
}

} // namespace tandem

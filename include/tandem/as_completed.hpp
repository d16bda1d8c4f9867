// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <concepts>
#include <cstddef>
#include <iterator>
#include <memory>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "tandem/detail/completions.hpp"
#include "tandem/future.hpp"
#include "tandem/wait_futures.hpp"

namespace tandem {

/// Futures in the order in which they become ready; see as_completed(). An input range, move-only.
template <class Future>
class completion_range {
public:
    class iterator {
    public:
        using value_type = Future;
        using difference_type = std::ptrdiff_t;
        using iterator_concept = std::input_iterator_tag;

        iterator() = default;

        /// The future, which is ready.
        [[nodiscard]] Future& operator*() const { return *range_->futures_[index()]; }
        /// Its position in the range that as_completed() was given.
        [[nodiscard]] std::size_t index() const { return range_->coming_->at(rank_); }

        /// Waits for the next one.
        iterator& operator++() {
            ++rank_;
            range_->wait_for(rank_);
            return *this;
        }
        void operator++(int) { ++*this; }

        friend bool operator==(const iterator& self, std::default_sentinel_t /*end*/) noexcept {
            return self.is_at_end();
        }

    private:
        friend class completion_range;
        explicit iterator(const completion_range* range) : range_{range} { range->wait_for(0); }

        [[nodiscard]] bool is_at_end() const noexcept { return rank_ == range_->futures_.size(); }

        const completion_range* range_ = nullptr;
        std::size_t rank_ = 0;
    };

    [[nodiscard]] iterator begin() const { return iterator{this}; }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    template <class Range>
        requires range_of_futures<Range>
    friend auto as_completed(Range&& futures);

    completion_range(std::vector<Future*> futures, std::vector<Future> owned)
        : futures_{std::move(futures)}, owned_{std::move(owned)} {
        std::vector<detail::watched_outcome> outcomes;
        for (const auto* future : futures_) outcomes.push_back(future_ref{*future}.watched());
        coming_ = std::make_unique<const detail::completions>(outcomes);
    }

    void wait_for(std::size_t rank) const {
        if (rank < futures_.size()) (void)coming_->wait(rank + 1, std::chrono::nanoseconds::max());
    }

    std::vector<Future*> futures_;
    std::vector<Future> owned_; // those of them that nobody else holds
    std::unique_ptr<const detail::completions> coming_;
};

/// The futures of a range, each as soon as it is ready, the ready ones first:
/// `for (auto& f : mp::as_completed(futures)) use(f.get());`. They may be of different pools. A
/// range that is an rvalue is moved into the result; the futures of another one stay where they are
/// and must not be moved meanwhile.
///
/// Blocking  as wait_any().
/// Source    Python's concurrent.futures.as_completed().
/// \throws std::logic_error if one of them is not valid().
template <class Range>
    requires range_of_futures<Range>
[[nodiscard]] auto as_completed(Range&& futures) {
    using future = std::ranges::range_value_t<Range>;
    std::vector<future> owned;
    std::vector<future*> places;
    if constexpr (std::is_lvalue_reference_v<Range>) {
        for (future& each : futures) places.push_back(std::addressof(each));
    } else {
        for (auto&& each : futures) owned.push_back(std::move(each));
        for (auto& each : owned) places.push_back(&each); // moving a vector keeps them in place
    }
    return completion_range<future>{std::move(places), std::move(owned)};
}

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Results and errors of many items, on their way from a job to the user.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <expected>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "tandem/codec.hpp"
#include "tandem/detail/job.hpp"
#include "tandem/detail/run_items.hpp"
#include "tandem/detail/substitute.hpp"
#include "tandem/failure.hpp"
#include "tandem/on_error.hpp"

namespace tandem::detail {

/// What the user gets of a map.
enum class wanted : std::uint8_t {
    results,  // or the first failure
    nothing,  // but the first failure
    outcomes, // each item's own
};

template <class R>
class outcome_table {
    using result = storable<R>;
    static constexpr bool holds_plain =
        std::is_default_constructible_v<result> && std::is_move_assignable_v<result>;
    using slot = std::conditional_t<holds_plain, result, std::optional<result>>;

public:
    /// Results that come as a block can be copied to their places.
    static constexpr bool takes_blocks = holds_plain && packable<R> && !std::is_same_v<R, bool>;

    /// \throws std::invalid_argument if the policy has a substitute of another type.
    outcome_table(std::size_t size, wanted wanted, const error_policy& policy)
        : size_{size},
          results_(std::is_void_v<R> ? 0 : size),
          present_(wanted == wanted::outcomes ? size : 0),
          substitute_{substitute_for<R>(policy)} {}

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    void put(std::size_t position, decoder& encoded) {
        if constexpr (!std::is_void_v<R>) set(position, encoded.read<R>());
        encoded.expect_end();
        if (!present_.empty()) present_[position] = true;
    }
    void put_block(std::size_t first, std::size_t count, std::span<const std::byte> bytes) {
        if constexpr (takes_blocks)
            std::memcpy(results_.data() + first, bytes.data(), count * sizeof(result));
        if (present_.empty()) return;
        const auto begin = present_.begin() + static_cast<std::ptrdiff_t>(first);
        std::fill(begin, begin + static_cast<std::ptrdiff_t>(count), true);
    }

    /// `rank`: of several failures the one of lowest rank is thrown.
    void fail(std::size_t position, std::size_t rank, std::exception_ptr error) noexcept {
        if (position == job::all_items || ends_the_call(error)) {
            rest_ = std::move(error);
            return;
        }
        try {
            keep(position, rank, std::move(error));
        } catch (...) {
            rest_ = std::current_exception(); // no memory
        }
    }

    [[nodiscard]] bool failed() const noexcept { return first_ || rest_; }

    /// The results in order, or the first failure.
    auto take_results() {
        if (failed()) std::rethrow_exception(first_ ? first_ : rest_);
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

    /// What became of each item, in order.
    std::vector<std::expected<R, failure>> take_outcomes() {
        std::vector<std::expected<R, failure>> taken;
        taken.reserve(size_);
        auto failed = failures_.begin();
        for (std::size_t i = 0; i < size_; ++i) {
            if (failed != failures_.end() && failed->first == i)
                taken.emplace_back(std::unexpect, std::move(failed++->second), i);
            else if (!present_[i])
                taken.emplace_back(std::unexpect, rest_, i);
            else
                append_result(taken, i);
        }
        return taken;
    }

private:
    void set(std::size_t position, result&& value) {
        if constexpr (holds_plain)
            results_[position] = std::move(value);
        else
            results_[position].emplace(std::move(value));
    }

    void keep(std::size_t position, std::size_t rank, std::exception_ptr error) {
        if constexpr (!std::is_void_v<R> && std::is_copy_constructible_v<result>) {
            if (substitute_) {
                set(position, result{*substitute_});
                if (!present_.empty()) present_[position] = true;
                return;
            }
        }
        if (!present_.empty()) failures_.emplace(position, error);
        if (first_ && rank > first_rank_) return;
        first_rank_ = rank;
        first_ = std::move(error);
    }

    void append_result(std::vector<std::expected<R, failure>>& taken, std::size_t position) {
        if constexpr (std::is_void_v<R>)
            taken.emplace_back();
        else if constexpr (holds_plain)
            taken.emplace_back(static_cast<R>(std::move(results_[position])));
        else
            taken.emplace_back(*std::move(results_[position]));
    }

    std::size_t size_;
    std::vector<slot> results_;
    std::vector<bool> present_; // which results are there, if anybody wants to know
    std::optional<result> substitute_;
    std::map<std::size_t, std::exception_ptr> failures_; // if each item's outcome is wanted
    std::size_t first_rank_ = 0;
    std::exception_ptr first_; // of the items' failures
    std::exception_ptr rest_;  // of all items without an outcome
};

} // namespace tandem::detail

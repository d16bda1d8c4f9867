// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// One callable applied to items that come one by one: pool::imap().
//
// Locking   the engine puts outcomes under its lock, one thread takes them without: `mutex_` guards
//           all of a stream_job. It is locked under the engine's lock, never the other way round.
// Invariant an item is in entries_ from append() until take(), whatever becomes of it.

#include <algorithm>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tandem/codec.hpp"
#include "tandem/detail/descriptor_bundle.hpp"
#include "tandem/detail/item_call.hpp"
#include "tandem/detail/job.hpp"
#include "tandem/detail/substitute.hpp"

namespace tandem::detail {

enum class stream_order : bool { as_given, as_finished };

/// What a stream may hold: items whose results have not been taken, and those results.
struct stream_window {
    std::size_t items = 0;
    std::size_t bytes = 0; // encoded
};

/// The outcome of one item, taken.
template <class R>
struct stream_result {
    std::size_t index = 0;
    std::optional<storable<R>> value;
    std::exception_ptr error;
};

/// The part that does not depend on the callable.
template <class R>
class stream_job : public job {
public:
    stream_job(stream_order order, const error_policy& policy)
        : job{detail::grows}, order_{order}, substitute_{substitute_for<R>(policy)} {}

    void encode_items(std::size_t first, std::size_t count, encoder& out) const override {
        const std::lock_guard guard{mutex_};
        for (std::size_t i = first; i < first + count; ++i) {
            const auto& item = entries_.at(i).item;
            out.write_bytes(item.bytes);
            item.descriptors.append_to(out.descriptors());
        }
    }
    void accept(std::size_t index, decoder& encoded) override {
        const std::lock_guard guard{mutex_};
        auto& entry = entries_.at(index);
        const auto bytes = encoded.remaining();
        if constexpr (std::is_void_v<R>)
            entry.value.emplace();
        else
            entry.value.emplace(encoded.read<R>());
        encoded.expect_end();
        note_outcome(entry, index, bytes);
    }
    void fail(std::size_t index, std::exception_ptr error) noexcept override {
        const std::lock_guard guard{mutex_};
        if (index == all_items || ends_the_call(error)) {
            end_ = std::move(error);
            return;
        }
        auto& entry = entries_.find(index)->second;
        entry.value.reset();
        if constexpr (!std::is_void_v<R> && std::is_copy_constructible_v<storable<R>>)
            if (substitute_) entry.value.emplace(*substitute_);
        if (!entry.value) entry.error = std::move(error);
        note_outcome(entry, index, 0);
    }
    /// There is something to take, or it is time for more items.
    [[nodiscard]] bool satisfied() const noexcept override {
        const std::lock_guard guard{mutex_};
        return can_take() || (wants_more_ && unfinished_ <= low_water_);
    }

    // ---- for the thread that reads ----

    /// Items that follow, for the engine to be told about.
    void append(std::vector<parcel> items) {
        const std::lock_guard guard{mutex_};
        for (auto& item : items) {
            held_bytes_ += item.bytes.size();
            entries_[appended_++].item = std::move(item);
            ++unfinished_;
        }
    }
    /// How many items fit into the window.
    [[nodiscard]] std::size_t room(const stream_window& window) const {
        const std::lock_guard guard{mutex_};
        const auto held = entries_.size();
        if (held == 0) return window.items;
        if (held >= window.items || held_bytes_ >= window.bytes) return 0;
        const auto bytes_of_one = held_bytes_ / held + 1;
        return std::min(window.items - held, (window.bytes - held_bytes_) / bytes_of_one + 1);
    }
    [[nodiscard]] bool is_empty() const {
        const std::lock_guard guard{mutex_};
        return entries_.empty();
    }
    [[nodiscard]] std::size_t unfinished() const {
        const std::lock_guard guard{mutex_};
        return unfinished_;
    }
    /// True if the workers have less than half of what they had after the last rest().
    [[nodiscard]] bool is_hungry() const {
        const std::lock_guard guard{mutex_};
        return unfinished_ <= low_water_;
    }
    /// The workers have enough for now; `wants_more`: there may be more items for them later.
    void rest(bool wants_more) {
        const std::lock_guard guard{mutex_};
        low_water_ = unfinished_ / 2;
        wants_more_ = wants_more;
    }
    /// What has ended all items that have no outcome; null: nothing.
    [[nodiscard]] std::exception_ptr end() const {
        const std::lock_guard guard{mutex_};
        return end_;
    }
    [[nodiscard]] bool is_readable() const {
        const std::lock_guard guard{mutex_};
        return can_take();
    }
    /// The next outcome; nullopt if it is not there.
    [[nodiscard]] std::optional<stream_result<R>> take() {
        const std::lock_guard guard{mutex_};
        const auto place = find_next();
        if (place == entries_.end()) return std::nullopt;
        auto& [index, entry] = *place;
        stream_result<R> taken{index, std::move(entry.value), std::move(entry.error)};
        held_bytes_ -= entry.held_bytes();
        if (!entry.finished) {
            taken.error = end_;
            --unfinished_;
        }
        entries_.erase(place);
        return taken;
    }

private:
    struct stream_entry {
        parcel item; // until there is an outcome
        std::optional<storable<R>> value;
        std::exception_ptr error;
        std::size_t result_bytes = 0;
        bool finished = false;

        [[nodiscard]] std::size_t held_bytes() const noexcept {
            return item.bytes.size() + result_bytes;
        }
    };
    using entry_map = std::unordered_map<std::size_t, stream_entry>; // by index

    void note_outcome(stream_entry& entry, std::size_t index, std::size_t bytes) {
        held_bytes_ -= entry.held_bytes();
        entry.item = {};
        entry.result_bytes = bytes;
        held_bytes_ += bytes;
        entry.finished = true;
        --unfinished_;
        if (order_ == stream_order::as_finished) finished_.push_back(index);
    }
    [[nodiscard]] bool can_take() const noexcept {
        if (end_) return true;
        if (order_ == stream_order::as_finished) return !finished_.empty();
        const auto next = entries_.find(next_);
        return next != entries_.end() && next->second.finished;
    }
    [[nodiscard]] entry_map::iterator find_next() {
        if (!can_take()) return entries_.end();
        if (order_ == stream_order::as_given) return entries_.find(next_++);
        if (finished_.empty()) return entries_.begin(); // all has ended
        const auto index = finished_.front();
        finished_.pop_front();
        return entries_.find(index);
    }

    const stream_order order_;
    std::optional<storable<R>> substitute_;

    mutable std::mutex mutex_; // guards: all below
    entry_map entries_;
    std::deque<std::size_t> finished_; // those to take, if the order is that of finishing
    std::size_t next_ = 0;             // the one to take, if the order is that of the items
    std::size_t appended_ = 0;
    std::size_t unfinished_ = 0; // entries without an outcome
    std::size_t held_bytes_ = 0;
    std::size_t low_water_ = 0;
    bool wants_more_ = false;
    std::exception_ptr end_;
};

/// The program's half of a stream; owns the extra arguments.
template <class R, class Spread, class F, class Item, class... Extra>
class stream_call final : public stream_job<R> {
public:
    stream_call(stream_order order, const error_policy& policy, F callable, Extra... extra)
        : stream_job<R>{order, policy},
          callable_{std::move(callable)},
          extra_{std::move(extra)...} {}

    void encode_state(encoder& out) const override {
        item_code<R, Spread, F, Item, Extra...>::write(out, callable_, extra_);
    }

private:
    F callable_;
    std::tuple<Extra...> extra_;
};

} // namespace tandem::detail

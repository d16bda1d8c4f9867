// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The reader's end of a stream: pulls items from the input range, as many as the workers can use
// and the window allows, and waits for results.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include "tandem/codec.hpp"
#include "tandem/detail/engine.hpp"
#include "tandem/detail/stream_job.hpp"
#include "tandem/pool_options.hpp"
#include "tandem/result_range.hpp"

namespace tandem::detail {

/// `View` is the input range, owned or referred to.
template <class R, class View>
class stream_source final : public result_source<R> {
    using item = std::ranges::range_value_t<View>;
    using clock = std::chrono::steady_clock;

public:
    stream_source(engine engine, const call_options& options, std::shared_ptr<stream_job<R>> job,
                  View view)
        : engine_{std::move(engine)},
          window_{options.window == 0 ? default_window : options.window, options.window_bytes},
          job_{std::move(job)},
          view_{std::move(view)} {
        engine_.add(job_, options);
    }
    stream_source(const stream_source&) = delete;
    stream_source& operator=(const stream_source&) = delete;
    ~stream_source() override { engine_.cancel(*job_); }

    bool advance() override {
        for (;;) {
            refill();
            current_ = job_->take();
            if (current_) return true;
            if (drained()) return false;
            (void)engine_.wait(*job_, std::chrono::nanoseconds::max());
        }
    }
    [[nodiscard]] storable<R>& current() override {
        if (current_->error) std::rethrow_exception(current_->error);
        return *current_->value;
    }
    [[nodiscard]] std::size_t index() const noexcept override { return current_->index; }

private:
    static constexpr std::size_t default_window = 65'536;
    // Items that an expensive range yields go to the workers one after the other.
    static constexpr std::chrono::microseconds longest_pull{100};

    /// Gives the workers what they can use, but stops as soon as there is something to read.
    void refill() {
        if (exhausted_) return;
        if (begun_ && heed_end()) return;
        if (!job_->is_hungry()) return;
        while (const auto count = wanted_items()) {
            pull(count);
            if (exhausted_ || job_->is_readable()) break;
        }
        job_->rest(!exhausted_ && job_->room(window_) > 0);
    }

    /// True if the pool takes no more items of this call. Those that it had bring the error; if it
    /// had none, it comes after the last result.
    bool heed_end() {
        const auto end = job_->end();
        if (!end) return false;
        exhausted_ = true;
        const bool is_known = current_ && current_->error == end;
        if (!is_known && job_->unfinished() == 0) last_error_ = end;
        return true;
    }

    [[nodiscard]] std::size_t wanted_items() const {
        if (!begun_) return 1; // whatever the workers think: without an item there is no error
        const auto useful = engine_.appetite(*job_);
        return job_->is_empty() ? std::max<std::size_t>(1, useful)
                                : std::min(job_->room(window_), useful);
    }

    void pull(std::size_t count) {
        std::vector<parcel> items;
        try {
            pull_into(items, count);
        } catch (...) {
            last_error_ = std::current_exception();
            exhausted_ = true;
        }
        const auto pulled = items.size();
        job_->append(std::move(items));
        engine_.extend(*job_, pulled, exhausted_);
    }

    void pull_into(std::vector<parcel>& items, std::size_t count) {
        const auto until = clock::now() + longest_pull;
        if (!begun_) {
            begun_ = true;
            at_.emplace(std::ranges::begin(view_));
        } else {
            ++*at_;
        }
        for (;; ++*at_) {
            exhausted_ = *at_ == std::ranges::end(view_);
            if (exhausted_) return;
            parcel next;
            buffer_.clear();
            buffer_.carry_descriptors(&next.descriptors);
            buffer_.template write<item>(**at_);
            next.bytes.assign(buffer_.bytes().begin(), buffer_.bytes().end());
            items.push_back(std::move(next));
            if (items.size() == count || clock::now() >= until) return;
        }
    }

    [[nodiscard]] bool drained() {
        if (!exhausted_ || !job_->is_empty()) return false;
        if (last_error_) std::rethrow_exception(std::exchange(last_error_, nullptr));
        return true;
    }

    engine engine_;
    stream_window window_;
    std::shared_ptr<stream_job<R>> job_;
    View view_;
    std::optional<std::ranges::iterator_t<View>> at_; // the item pulled last
    bool begun_ = false;
    bool exhausted_ = false;
    std::exception_ptr last_error_; // after all results
    encoder buffer_;
    std::optional<stream_result<R>> current_;
};

} // namespace tandem::detail

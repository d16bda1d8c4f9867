// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/local_job.hpp"

#include <algorithm>
#include <utility>

namespace tandem::runtime {

local_job::local_job(std::shared_ptr<detail::job> job, error_policy on_error)
    : job_{std::move(job)},
      on_error_{std::move(on_error)},
      size_{job_->size()},
      complete_{!job_->grows()} {}

void local_job::encode_state() {
    auto state = std::make_shared<detail::parcel>();
    encoder out;
    out.carry_descriptors(&state->descriptors);
    job_->encode_state(out);
    state->bytes.assign(out.bytes().begin(), out.bytes().end());
    state_ = std::move(state);
}

void local_job::extend(std::size_t count, bool last) noexcept {
    size_ += count;
    complete_ = complete_ || last;
}

std::optional<std::size_t> local_job::take(clock::time_point now) {
    if (stopped_) return std::nullopt;
    const auto due = [now](const retry& waiting) { return waiting.not_before <= now; };
    const auto found = std::ranges::find_if(again_, due);
    if (found == again_.end() && pending() == 0) return std::nullopt;
    running_.reserve(running_.size() + 1);
    auto index = next_;
    if (found == again_.end()) {
        ++next_;
    } else {
        index = found->index;
        again_.erase(found);
    }
    running_.push_back(index);
    return index;
}

std::optional<local_job::clock::time_point> local_job::next_retry() const noexcept {
    const auto first = std::ranges::min_element(again_, {}, &retry::not_before);
    if (stopped_ || first == again_.end()) return std::nullopt;
    return first->not_before;
}

std::size_t local_job::pending() const noexcept {
    const auto end = std::min(size_, limit_);
    return stopped_ || next_ >= end ? 0 : end - next_;
}

void local_job::put_result(std::size_t index, decoder& result) {
    if (!failed_) {
        job_->accept(index, result);
        if (index < limit_) ++outcomes_;
    }
    end_run(index);
}

void local_job::put_error(std::size_t index, const std::exception_ptr& error,
                          clock::time_point now) noexcept {
    try {
        if (!failed_ && may_retry(index))
            again_.push_back({index, now + on_error_.delay()});
        else
            fail(index, error);
    } catch (...) { // no memory to try again
        fail(index, error);
    }
    end_run(index);
}

bool local_job::may_retry(std::size_t index) {
    return on_error_.retries() > 0 && index < limit_ && failures_[index]++ < on_error_.retries();
}

bool local_job::goes_on() const noexcept { return on_error_.goes_on() || job_->grows(); }

void local_job::end_run(std::size_t index) noexcept { std::erase(running_, index); }

void local_job::fail(std::size_t index, const std::exception_ptr& error) noexcept {
    if (failed_ || index >= limit_) return;
    job_->fail(index, error);
    ++outcomes_;
    if (goes_on()) return;
    limit_ = index;
    std::erase_if(again_, [index](const retry& waiting) { return waiting.index >= index; });
}

void local_job::fail_rest(const std::exception_ptr& error) noexcept {
    if (std::exchange(failed_, true)) return;
    job_->fail(detail::job::all_items, error);
}

bool local_job::finished() const noexcept {
    if (failed_) return true;
    const auto matters = [this](std::size_t index) { return index < limit_; };
    const bool all_begun = next_ >= limit_ || (complete_ && next_ >= size_);
    return all_begun && std::ranges::none_of(running_, matters) &&
           std::ranges::none_of(again_, matters, &retry::index);
}

} // namespace tandem::runtime

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/job_entry.hpp"

#include <algorithm>
#include <utility>

namespace tandem::runtime {

namespace {

constexpr std::size_t target_nanoseconds = 200'000; // of work in one chunk
constexpr std::size_t growth = 8;                   // at most, from one chunk to the next
constexpr std::size_t target_bytes = std::size_t{32}
                                     << 10; // of items in one chunk: an eighth of the ring

constexpr std::size_t most_in_a_row = 32; // tasks of one item

constexpr std::size_t most_items = std::size_t{1} << 31; // in one chunk: their number has 32 bits

} // namespace

job_entry::job_entry(std::shared_ptr<detail::job> job, std::uint32_t number, call_options options)
    : job_{std::move(job)},
      number_{number},
      options_{std::move(options)},
      limit_{job_->size()},
      unfinished_{job_->size()},
      grows_{job_->grows()} {}

std::size_t job_entry::pending() const noexcept {
    std::size_t count = next_ < limit_ ? limit_ - next_ : 0;
    for (const auto& range : again_) count += range.count;
    return count;
}

bool job_entry::has_pending() const noexcept { return !again_.empty() || next_ < limit_; }

std::size_t job_entry::chunk_limit(std::size_t workers) const noexcept {
    if (options_.chunk_size != 0) return std::min(options_.chunk_size, most_items);
    // Towards the end the chunks shrink, so that no worker idles while another has many items left.
    const auto share = pending() / (2 * std::max<std::size_t>(1, workers));
    const auto fair = grows_ ? chunk_ : std::max<std::size_t>(1, share);
    const auto small = bytes_per_item_ == 0 ? chunk_ : target_bytes / bytes_per_item_;
    return std::max<std::size_t>(1, std::min({chunk_, fair, small}));
}

item_range job_entry::take_chunk(std::size_t workers, std::size_t most) {
    return take(std::min(most, chunk_limit(workers)));
}

item_range job_entry::take_chunks(std::size_t workers, std::size_t tasks, std::size_t most) {
    if (!is_in_single_items()) return take_chunk(workers, most);
    const auto share = pending() / (2 * std::max<std::size_t>(1, workers));
    return take(std::min(most, std::clamp<std::size_t>(share, 1, std::min(tasks, most_in_a_row))));
}

item_range job_entry::take(std::size_t most) {
    if (again_.empty()) {
        const item_range taken{next_, std::min(most, limit_ - next_)};
        next_ += taken.count;
        return taken;
    }
    auto& range = again_.front();
    const item_range taken{range.first, std::min(most, range.count)};
    range.first += taken.count;
    range.count -= taken.count;
    if (range.count == 0) again_.pop_front();
    return taken;
}

void job_entry::give_back(item_range range) {
    if (range.first >= limit_) return;
    range.count = std::min(range.count, limit_ - range.first);
    if (range.count == 0) return;
    const auto behind = std::ranges::lower_bound(again_, range.first, {}, &item_range::first);
    if (behind != again_.end() && range.first + range.count == behind->first) {
        behind->first = range.first;
        behind->count += range.count;
    } else {
        again_.insert(behind, range);
    }
}

void job_entry::fail_at(std::size_t index, std::size_t in_flight) {
    limit_ = std::min(limit_, index);
    for (auto& range : again_)
        range.count = range.first < limit_ ? std::min(range.count, limit_ - range.first) : 0;
    std::erase_if(again_, [](const item_range& range) { return range.count == 0; });
    std::erase_if(waiting_, [&](const waiting_item& item) { return item.index >= limit_; });
    unfinished_ = pending() + waiting_.size() + in_flight;
    grows_ = false;
}

void job_entry::extend(std::size_t count, bool last) noexcept {
    if (!grows_) return;
    limit_ += count;
    unfinished_ += count;
    grows_ = !last;
}

std::size_t job_entry::appetite(std::size_t workers) const noexcept {
    const auto chunk = options_.chunk_size != 0 ? options_.chunk_size : chunk_;
    const auto useful = 2 * std::max<std::size_t>(1, workers) * chunk;
    const auto there = pending();
    return useful > there ? useful - there : 0;
}

bool job_entry::retry(std::size_t index, time_point now) {
    if (options_.on_error.retries() == 0) return false;
    if (tries_[index]++ == options_.on_error.retries()) return false;
    waiting_.push_back({now + options_.on_error.delay(), index});
    return true;
}

void job_entry::wake_waiting(time_point now) {
    for (const auto& item : waiting_)
        if (item.until <= now) give_back({item.index, 1});
    std::erase_if(waiting_, [&](const waiting_item& item) { return item.until <= now; });
}

job_entry::time_point job_entry::next_wake() const noexcept {
    auto next = time_point::max();
    for (const auto& item : waiting_) next = std::min(next, item.until);
    return next;
}

void job_entry::learn_time(std::size_t count, std::uint32_t nanoseconds) noexcept {
    if (nanoseconds == 0 || count == 0) return;
    const auto per_item = std::max<std::size_t>(1, nanoseconds / count);
    chunk_ = std::clamp<std::size_t>(target_nanoseconds / per_item, 1, count * growth);
}

void job_entry::learn_bytes(std::size_t count, std::size_t bytes) noexcept {
    bytes_per_item_ = count == 1 ? bytes : std::max<std::size_t>(1, bytes / count);
}

} // namespace tandem::runtime

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/queue_end.hpp"

#include <algorithm>
#include <bit>
#include <thread>
#include <utility>

#include "channel/thread_leases.hpp"
#include "shm/spin_wait.hpp"

namespace tandem::channel {

namespace {

using shm::queue_outcome;
using clock = std::chrono::steady_clock;

/// Locks are held while a record is copied. A call that must not wait, or not for long, has so much
/// patience with them: else it would tell of a full or empty queue when there is none.
shm::lock_patience patience_of(wait_limit limit) noexcept {
    return limit == shm::unlimited ? limit : std::chrono::milliseconds{100};
}

/// When a wait is over. Read from the clock when it is first needed: most calls do not wait.
class wait_end {
public:
    explicit wait_end(wait_limit limit) noexcept : limit_{limit} {}

    /// True if there is time left.
    [[nodiscard]] bool lasts() noexcept {
        if (limit_ == shm::unlimited) return true;
        if (limit_ <= limit_.zero()) return false;
        const auto now = clock::now();
        if (!at_)
            at_ = now + std::min<std::chrono::nanoseconds>(limit_, clock::time_point::max() - now);
        return now < *at_;
    }
    [[nodiscard]] shm::wake_time at() const noexcept { return at_; }

private:
    wait_limit limit_;
    shm::wake_time at_;
};

/// Threads learn for themselves how long spinning pays.
void wait_for_change(const shm::record_queue& queue, const shm::queue_attempt& after,
                     const wait_end& end) noexcept {
    thread_local shm::spin_wait for_news;
    thread_local shm::spin_wait for_room;
    auto& spinning = after.outcome == queue_outcome::empty ? for_news : for_room;
    const auto moved_on = [&] { return queue.moved_on(after.outcome, after.seen); };
    if (spinning.spin(moved_on)) return;
    // The other side may wait for this very processor. Woken by its first record, this thread would
    // take the processor from it, for one record each time; now it has its turn to the end.
    constexpr int turns = 4;
    for (int turn = 0; turn < turns; ++turn) {
        std::this_thread::yield();
        if (moved_on()) return;
    }
    queue.sleep(after, end.at());
}

} // namespace

queue_end::queue_end(detail::shared_region region, const shm::record_queue& queue) noexcept
    : region_{std::move(region)}, queue_{queue} {}

queue_end queue_end::create(const shm::queue_geometry& geometry) {
    using detail::shared_region;
    auto region = shared_region::create("tandem-queue", shm::queue_total_bytes(geometry),
                                        shared_region::pages::as_used);
    region.reserve(shm::queue_area_offset(geometry));
    const auto queue = shm::record_queue::create(region.bytes(), geometry);
    return {std::move(region), queue};
}

std::optional<queue_end> queue_end::open(const detail::shared_region& region) {
    const auto queue = shm::record_queue::open(region.bytes());
    if (!queue) return std::nullopt;
    return queue_end{region, *queue};
}

/// So much at a time that it is rarely asked for, and no more than twice of what is needed.
void queue_end::back(std::uint64_t bytes) const {
    constexpr std::uint64_t least = 1 << 16;
    const auto& all = geometry();
    const auto wanted = bytes > all.ring_bytes
                            ? bytes
                            : std::min(std::bit_ceil(std::max(bytes, least)), all.ring_bytes);
    const auto backed = std::min(wanted, all.area_bytes);
    region_.reserve(shm::queue_area_offset(all) + backed);
    (void)queue_.note_backed(backed, shm::unlimited);
}

queue_end::outcome queue_end::push(shm::record_batch records, wait_limit limit) const {
    wait_end end{limit};
    std::size_t pushed = 0;
    for (;;) {
        const auto attempt = queue_.push(records, patience_of(limit));
        pushed += attempt.count;
        if (attempt.count == records.ends.size()) return {queue_outcome::done, pushed};
        if (attempt.count != 0) records.begin = records.ends[attempt.count - 1];
        records.ends = records.ends.subspan(attempt.count);
        if (attempt.outcome == queue_outcome::unbacked) {
            back(attempt.seen);
        } else if (attempt.outcome != queue_outcome::full || !end.lasts()) {
            return {attempt.outcome, pushed};
        } else {
            wait_for_change(queue_, attempt, end);
        }
    }
}

shm::queue_attempt queue_end::try_pop(shm::record_sink& sink, std::size_t most,
                                      shm::lock_patience patience) const {
    if (geometry().leases == 0) return queue_.pop(sink, most, patience);
    return thread_leases::of_this_thread().pop(region_, queue_, sink, patience);
}

queue_end::outcome queue_end::pop(shm::record_sink& sink, std::size_t most,
                                  wait_limit limit) const {
    wait_end end{limit};
    for (;;) {
        const auto attempt = try_pop(sink, most, patience_of(limit));
        if (attempt.count != 0) return {queue_outcome::done, attempt.count};
        if (attempt.outcome != queue_outcome::empty || !end.lasts()) return {attempt.outcome, 0};
        wait_for_change(queue_, attempt, end);
    }
}

queue_end::outcome queue_end::size() const noexcept {
    const auto counted = queue_.size(shm::unlimited);
    return {counted.outcome, counted.count};
}

shm::queue_outcome queue_end::task_done() const {
    if (geometry().leases == 0) return queue_.task_done(shm::unlimited);
    return thread_leases::of_this_thread().task_done(region_, queue_);
}

shm::queue_outcome queue_end::join(wait_limit limit) const noexcept {
    wait_end end{limit};
    for (;;) {
        const auto found = queue_.join(patience_of(limit));
        if (found != queue_outcome::full || !end.lasts()) return found;
        queue_.sleep_until_done(end.at());
    }
}

} // namespace tandem::channel

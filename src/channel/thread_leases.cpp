// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/thread_leases.hpp"

#include <algorithm>
#include <utility>

namespace tandem::channel {

using shm::queue_outcome;

thread_leases& thread_leases::of_this_thread() {
    static thread_local thread_leases own;
    // A fork has inherited the list, and none of the leases.
    if (own.generation_ != os::fork_generation()) {
        own.leases_.clear();
        own.generation_ = os::fork_generation();
    }
    return own;
}

thread_leases::~thread_leases() {
    if (generation_ != os::fork_generation()) return;
    for (const auto& held : leases_) held.queue.let_go_consumer(held.consumer, held.records != 0);
}

thread_leases::lease* thread_leases::find(const detail::shared_region& region) noexcept {
    const auto found = std::ranges::find(leases_, region, &lease::region);
    return found == leases_.end() ? nullptr : &*found;
}

void thread_leases::end(lease& ended) noexcept {
    ended.queue.let_go_consumer(ended.consumer, false);
    if (&ended != &leases_.back()) std::swap(ended, leases_.back());
    leases_.pop_back();
}

shm::queue_attempt thread_leases::pop(const detail::shared_region& region,
                                      const shm::record_queue& queue, shm::record_sink& sink,
                                      shm::lock_patience patience) {
    lease* own = find(region);
    if (own == nullptr) {
        leases_.push_back({region, queue, 0, 0});
        const auto consumer = queue.hold_consumer(patience);
        if (!consumer) {
            leases_.pop_back();
            return {queue_outcome::too_many, 0, 0};
        }
        own = &leases_.back();
        own->consumer = *consumer;
    }
    try {
        const auto attempt = queue.pop_leased(sink, own->consumer, patience);
        own->records += attempt.count;
        if (own->records == 0) end(*own);
        return attempt;
    } catch (...) {
        if (own->records == 0) end(*own);
        throw;
    }
}

shm::queue_outcome thread_leases::task_done(const detail::shared_region& region,
                                            const shm::record_queue& queue) {
    lease* const own = find(region);
    if (own == nullptr) return queue_outcome::empty;
    const auto outcome = queue.task_done_leased(own->consumer, shm::unlimited);
    if (outcome == queue_outcome::done && --own->records == 0) end(*own);
    return outcome;
}

} // namespace tandem::channel

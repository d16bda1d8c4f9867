// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What a queue knows of records that were popped: how many are done, and with leases who has which.

#include <algorithm>

#include "fault/fault.hpp"
#include "os/clock.hpp"
#include "shm/record_queue.hpp"

namespace tandem::shm {

namespace {

queue_attempt not_held(const short_lock& lock) noexcept {
    return {lock.is_late() ? queue_outcome::late : queue_outcome::damaged, 0, 0};
}

} // namespace

std::uint64_t record_queue::next() const noexcept {
    return header_->pop.next.load(std::memory_order_acquire); // [handed]
}

queue_attempt record_queue::size(lock_patience patience) const noexcept {
    auto& side = header_->pop;
    const short_lock lock{side.lock, patience};
    if (!lock.held()) return not_held(lock);
    queue_attempt counted;
    auto from = side.head.load(std::memory_order_relaxed); // nobody else writes it now
    if (geometry_.leases != 0) {
        if (!prepare_leased(lock)) return {queue_outcome::damaged, 0, 0};
        reclaim();
        from = next();
        counted.count = side.returned;
    }
    const auto tail = header_->push.tail.load(std::memory_order_acquire); // [pushed]
    if (tail < from || tail - from > geometry_.capacity) return {queue_outcome::damaged, 0, 0};
    counted.count += tail - from;
    return counted;
}

// ---- join
// ----------------------------------------------------------------------------------------

void record_queue::wake_joiners_and(bool pushers, short_lock& lock) const noexcept {
    auto& side = header_->pop;
    const auto tail = header_->push.tail.load(std::memory_order_acquire); // [pushed]
    const bool joiners_too = side.joiners_asleep != 0 && side.done == tail;
    const bool pushers_too = side.pushers_asleep != 0 && pushers;
    if (joiners_too) {
        side.joiners_asleep = 0;
        side.joiners_word.fetch_add(1, std::memory_order_relaxed); // ordered by the lock
    }
    if (pushers_too) {
        side.pushers_asleep = 0;
        side.pushers_word.fetch_add(1, std::memory_order_relaxed); // ordered by the lock
    }
    lock.unlock();
    fault::hit("queue.before_wake");
    if (joiners_too) os::futex_wake_all(side.joiners_word);
    if (pushers_too) os::futex_wake_all(side.pushers_word);
}

queue_outcome record_queue::task_done(lock_patience patience) const noexcept {
    auto& side = header_->pop;
    short_lock lock{side.lock, patience};
    if (!lock.held()) return not_held(lock).outcome;
    const auto head = side.head.load(std::memory_order_relaxed); // nobody else writes it now
    if (side.done > head) return queue_outcome::damaged;
    if (side.done == head) return queue_outcome::empty;
    fault::hit("queue.before_done");
    ++side.done; // the commit
    fault::hit("queue.task_done");
    wake_joiners_and(false, lock);
    return queue_outcome::done;
}

queue_outcome record_queue::join(lock_patience patience) const noexcept {
    auto& side = header_->pop;
    const short_lock lock{side.lock, patience};
    if (!lock.held()) return not_held(lock).outcome;
    if (geometry_.leases != 0) {
        if (!prepare_leased(lock)) return queue_outcome::damaged;
        reclaim();
    }
    const auto tail = header_->push.tail.load(std::memory_order_acquire); // [pushed]
    if (side.done > tail) return queue_outcome::damaged;
    return side.done == tail ? queue_outcome::done : queue_outcome::full;
}

void record_queue::sleep_until_done(wake_time until) const noexcept {
    auto& side = header_->pop;
    short_lock lock{side.lock, time_left(until)};
    if (!lock.held()) return;
    const auto tail = header_->push.tail.load(std::memory_order_acquire); // [pushed]
    if (side.done >= tail) return;
    side.joiners_asleep = 1;
    const auto expected = side.joiners_word.load(std::memory_order_relaxed); // with the lock
    lock.unlock();
    os::futex_wait(side.joiners_word, expected, time_left(until));
}

// ---- leases
// --------------------------------------------------------------------------------------

bool record_queue::leased_counts_fit() const noexcept {
    const auto& side = header_->pop;
    const auto head = side.head.load(std::memory_order_relaxed); // nobody else writes it now
    const auto after = next();
    return head <= after && after - head <= geometry_.capacity && side.returned <= after - head &&
           side.done >= head && side.done <= after;
}

std::uint64_t record_queue::count_held(std::uint32_t holder) const noexcept {
    const auto head = header_->pop.head.load(std::memory_order_relaxed); // nobody else writes it
    std::uint64_t count = 0;
    for (auto number = head; number < next(); ++number)
        if (slot(number).holder == holder) ++count;
    return count;
}

/// The holders say it all: who dies between noting one and counting it leaves the counts behind.
void record_queue::repair_counts() const noexcept {
    auto& side = header_->pop;
    const auto head = side.head.load(std::memory_order_relaxed); // nobody else writes it now
    side.returned = count_held(held_by_nobody);
    side.done = head + count_held(record_is_done);
    (void)free_done();
}

/// False if the counts make no sense.
bool record_queue::prepare_leased(const short_lock& lock) const noexcept {
    const auto& side = header_->pop;
    const auto head = side.head.load(std::memory_order_relaxed); // nobody else writes it now
    if (head > next() || next() - head > geometry_.capacity) return false;
    if (lock.owner_died()) repair_counts();
    return leased_counts_fit();
}

void record_queue::give_back(std::uint32_t consumer) const noexcept {
    const auto head = header_->pop.head.load(std::memory_order_relaxed); // nobody else writes it
    bool any = false;
    for (auto number = head; number < next(); ++number) {
        if (slot(number).holder != consumer + 1) continue;
        slot(number).holder = held_by_nobody; // the commit
        ++header_->pop.returned;
        any = true;
        fault::hit("queue.record_returned");
    }
    if (!any) return;
    header_->push.poppers_word.fetch_add(1, std::memory_order_relaxed); // sleepers take the lock
    os::futex_wake_all(header_->push.poppers_word);
}

/// Takes the leases of those that have ended.
void record_queue::reclaim() const noexcept {
    const auto used = std::min(header_->pop.consumers_used, queue_consumers);
    for (std::uint32_t consumer = 0; consumer < used; ++consumer) {
        auto& life = header_->consumers[consumer].life;
        if (!life.is_ended()) continue;
        give_back(consumer);
        fault::hit("queue.consumer_reclaimed");
        life.renew();
    }
}

/// True if memory became free.
bool record_queue::free_done() const noexcept {
    auto& side = header_->pop;
    const auto head = side.head.load(std::memory_order_relaxed); // nobody else writes it now
    auto free = head;
    while (free < next() && slot(free).holder == record_is_done) ++free;
    if (free == head) return false;
    side.head.store(free, std::memory_order_release); // [popped]
    fault::hit("queue.record_freed");
    return true;
}

std::optional<std::uint64_t> record_queue::first_held(std::uint32_t holder) const noexcept {
    const auto head = header_->pop.head.load(std::memory_order_relaxed); // nobody else writes it
    for (auto number = head; number < next(); ++number)
        if (slot(number).holder == holder) return number;
    return std::nullopt;
}

queue_attempt record_queue::take_returned(record_sink& sink, std::uint32_t consumer) const {
    const auto number = first_held(held_by_nobody);
    if (!number) return {queue_outcome::damaged, 0, 0};
    const auto outcome = copy_out(slot(*number), sink);
    if (outcome != queue_outcome::done) return {outcome, 0, 0};
    slot(*number).holder = consumer + 1; // the commit
    fault::hit("queue.returned_taken");
    --header_->pop.returned;
    return {queue_outcome::done, 1, 0};
}

queue_attempt record_queue::pop_leased(record_sink& sink, std::uint32_t consumer,
                                       lock_patience patience) const {
    constexpr std::uint64_t reclaim_every = 64;
    auto& side = header_->pop;
    const short_lock lock{side.lock, patience};
    if (!lock.held()) return not_held(lock);
    fault::hit("queue.pop_locked");
    if (!prepare_leased(lock)) return {queue_outcome::damaged, 0, 0};
    const auto number = next();
    const auto seen = look(number);
    if (seen.damaged) return {queue_outcome::damaged, 0, 0};
    if (seen.tail == number || number % reclaim_every == 0) reclaim();
    if (side.returned != 0) return take_returned(sink, consumer);
    if (seen.tail == number)
        return {seen.closed ? queue_outcome::closed : queue_outcome::empty, 0, seen.tail};
    const auto outcome = copy_out(slot(number), sink);
    if (outcome != queue_outcome::done) return {outcome, 0, 0};
    fault::hit("queue.record_copied");
    slot(number).holder = consumer + 1;
    fault::hit("queue.holder_noted");
    side.next.store(number + 1, std::memory_order_release); // [handed]
    fault::hit("queue.record_popped");
    return {queue_outcome::done, 1, 0};
}

queue_outcome record_queue::task_done_leased(std::uint32_t consumer,
                                             lock_patience patience) const noexcept {
    auto& side = header_->pop;
    short_lock lock{side.lock, patience};
    if (!lock.held()) return not_held(lock).outcome;
    if (!prepare_leased(lock)) return queue_outcome::damaged;
    const auto number = first_held(consumer + 1);
    if (!number) return queue_outcome::empty;
    fault::hit("queue.before_done");
    slot(*number).holder = record_is_done; // the commit
    fault::hit("queue.task_done");
    ++side.done;
    wake_joiners_and(free_done(), lock);
    return queue_outcome::done;
}

std::optional<std::uint32_t> record_queue::hold_consumer(lock_patience patience) const noexcept {
    const short_lock lock{header_->pop.lock, patience};
    if (!lock.held() || !prepare_leased(lock)) return std::nullopt;
    reclaim();
    for (std::uint32_t consumer = 0; consumer < queue_consumers; ++consumer) {
        auto& life = header_->consumers[consumer].life;
        if (life.state() != 0) continue;
        header_->pop.consumers_used = std::max(header_->pop.consumers_used, consumer + 1);
        if (life.try_hold()) return consumer;
    }
    return std::nullopt;
}

void record_queue::let_go_consumer(std::uint32_t consumer, bool has_leases) const noexcept {
    if (has_leases) {
        const short_lock lock{header_->pop.lock, unlimited};
        if (lock.held() && prepare_leased(lock)) give_back(consumer);
    }
    header_->consumers[consumer].life.let_go();
}

} // namespace tandem::shm

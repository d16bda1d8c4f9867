// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "shm/record_queue.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>
#include <new>

#include "fault/fault.hpp"
#include "os/clock.hpp"

namespace tandem::shm {

namespace {

/// While it is empty, a queue stays within these bytes of its area.
constexpr std::uint64_t hot_bytes = 1 << 20;
/// Beyond them, a producer looks each so many bytes whether it may begin anew.
constexpr std::uint64_t look_every = 1 << 16;

bool is_valid(const queue_geometry& checked, std::size_t memory) noexcept {
    return checked.capacity >= 1 && checked.capacity <= checked.slot_count &&
           checked.slot_count <= most_queue_records && std::has_single_bit(checked.slot_count) &&
           checked.ring_bytes >= queue_granule && checked.ring_bytes <= checked.area_bytes &&
           checked.area_bytes <= most_queue_bytes && queue_total_bytes(checked) <= memory;
}

/// With the lock held that guards `asleep`; it is given up here. Woken are all: one that dies on
/// waking takes no wake-up away from the others.
void wake(std::uint32_t& asleep, os::futex_word& word, short_lock& lock) noexcept {
    const bool somebody = asleep != 0;
    if (somebody) {
        asleep = 0;
        word.fetch_add(1, std::memory_order_relaxed); // ordered by the lock
    }
    lock.unlock();
    fault::hit("queue.before_wake");
    if (somebody) os::futex_wake_all(word);
}

} // namespace

record_queue::record_queue(std::span<std::byte> memory, const queue_geometry& geometry) noexcept
    : header_{std::launder(reinterpret_cast<queue_header*>(memory.data()))},
      slots_{reinterpret_cast<queue_slot*>(memory.data() + queue_slots_offset)},
      area_{memory.data() + queue_area_offset(geometry)},
      geometry_{geometry} {}

record_queue record_queue::create(std::span<std::byte> memory,
                                  const queue_geometry& geometry) noexcept {
    auto* const header = ::new (static_cast<void*>(memory.data())) queue_header;
    header->geometry = geometry;
    return {memory, geometry};
}

std::optional<record_queue> record_queue::open(std::span<std::byte> memory) noexcept {
    if (memory.size() < queue_slots_offset) return std::nullopt;
    const auto* header = std::launder(reinterpret_cast<const queue_header*>(memory.data()));
    const queue_geometry geometry = header->geometry;
    if (header->magic != queue_magic || header->version != queue_version) return std::nullopt;
    if (!is_valid(geometry, memory.size())) return std::nullopt;
    return record_queue{memory, geometry};
}

std::chrono::nanoseconds record_queue::time_left(wake_time until) noexcept {
    if (!until) return recheck;
    const std::chrono::nanoseconds left = *until - std::chrono::steady_clock::now();
    return std::clamp<std::chrono::nanoseconds>(left, std::chrono::nanoseconds{0}, recheck);
}

queue_slot& record_queue::slot(std::uint64_t number) const noexcept {
    return slots_[number & (geometry_.slot_count - 1)];
}

bool record_queue::fits(const queue_slot& checked) const noexcept {
    const auto at = checked.place * queue_granule;
    return at <= geometry_.area_bytes && checked.size <= geometry_.area_bytes - at;
}

// ---- push
// ----------------------------------------------------------------------------------------

/// False if the counts make no sense.
bool record_queue::see_head(std::uint64_t tail) const noexcept {
    const auto head = header_->pop.head.load(std::memory_order_acquire); // [popped]
    if (head > tail || tail - head > geometry_.capacity) return false;
    header_->push.head_seen = head;
    return true;
}

record_queue::place_found record_queue::find_place(std::uint64_t tail, std::uint64_t size,
                                                   bool fresh) const noexcept {
    using enum queue_outcome;
    const auto bytes = footprint(size);
    const auto head = header_->push.head_seen;
    if (head > tail || tail - head >= geometry_.capacity) return {head > tail ? damaged : full, 0};
    const auto newest = tail == 0 ? queue_slot{} : slot(tail - 1);
    if (!fits(newest)) return {damaged, 0};
    auto at = newest.place * queue_granule + (tail == 0 ? 0 : footprint(newest.size));
    if (bytes >= cache_line_bytes) at = footprint(std::max(at, std::uint64_t{cache_line_bytes}));
    if (tail == 0) at = 0;
    if (head == tail) { // empty
        const auto end = std::min(hot_bytes, geometry_.ring_bytes);
        return {done, at <= end && bytes <= end - at ? at : 0};
    }
    const auto& oldest = slot(head);
    if (!fits(oldest)) return {damaged, 0};
    const auto begin = oldest.place * queue_granule;
    if (newest.place < oldest.place) // the newest lie before the oldest
        return {at <= begin && bytes <= begin - at ? done : full, at};
    const auto end = geometry_.ring_bytes;
    if (at <= end && bytes <= end - at) {
        const bool looks = at >= hot_bytes && at / look_every != (at + bytes) / look_every;
        return {looks && !fresh ? full : done, at};
    }
    return {bytes <= begin ? done : full, 0};
}

record_queue::place_found record_queue::place_for(std::uint64_t tail,
                                                  std::uint64_t size) const noexcept {
    const auto found = find_place(tail, size, false);
    if (found.outcome != queue_outcome::full) return found;
    if (!see_head(tail)) return {queue_outcome::damaged, 0};
    return find_place(tail, size, true);
}

queue_outcome record_queue::write(std::uint64_t number,
                                  std::span<const std::byte> body) const noexcept {
    if (footprint(body.size()) > geometry_.area_bytes) return queue_outcome::too_large;
    const auto found = place_for(number, body.size());
    if (found.outcome != queue_outcome::done) return found.outcome;
    if (found.at + footprint(body.size()) > header_->push.backed) return queue_outcome::unbacked;
    auto& into = slot(number);
    into.size = body.size();
    into.place = static_cast<std::uint32_t>(found.at / queue_granule);
    into.holder = held_by_nobody;
    fault::hit("queue.record_half_written");
    if (!body.empty()) std::memcpy(area_ + found.at, body.data(), body.size());
    fault::hit("queue.record_written");
    return queue_outcome::done;
}

queue_attempt record_queue::push(const record_batch& records,
                                 lock_patience patience) const noexcept {
    auto& side = header_->push;
    short_lock lock{side.lock, patience};
    if (!lock.held()) return {lock.is_late() ? queue_outcome::late : queue_outcome::damaged, 0, 0};
    fault::hit("queue.push_locked");
    // Relaxed: nobody else writes either while this thread has the lock.
    if (side.closed.load(std::memory_order_relaxed) != 0) return {queue_outcome::closed, 0, 0};
    const auto tail = side.tail.load(std::memory_order_relaxed); // as above
    queue_attempt attempt;
    std::size_t begin = records.begin;
    for (const auto end : records.ends) {
        const std::span body{records.bytes + begin, end - begin};
        attempt.outcome = write(tail + attempt.count, body);
        if (attempt.outcome != queue_outcome::done) {
            const auto found = place_for(tail + attempt.count, body.size());
            attempt.seen = attempt.outcome == queue_outcome::unbacked
                               ? found.at + footprint(body.size())
                               : side.head_seen;
            break;
        }
        begin = end;
        ++attempt.count;
    }
    if (attempt.count == 0) return attempt;
    side.tail.store(tail + attempt.count, std::memory_order_release); // [pushed]
    fault::hit("queue.record_pushed");
    wake(side.poppers_asleep, side.poppers_word, lock);
    return attempt;
}

queue_outcome record_queue::note_backed(std::uint64_t bytes,
                                        lock_patience patience) const noexcept {
    const short_lock lock{header_->push.lock, patience};
    if (!lock.held()) return lock.is_late() ? queue_outcome::late : queue_outcome::damaged;
    header_->push.backed = std::max(header_->push.backed, bytes);
    return queue_outcome::done;
}

queue_outcome record_queue::close(lock_patience patience) const noexcept {
    {
        short_lock lock{header_->push.lock, patience};
        if (!lock.held()) return lock.is_late() ? queue_outcome::late : queue_outcome::damaged;
        header_->push.closed.store(1, std::memory_order_release); // [shut]
        fault::hit("queue.closed");
        wake(header_->push.poppers_asleep, header_->push.poppers_word, lock);
    }
    short_lock lock{header_->pop.lock, patience};
    if (lock.held()) wake(header_->pop.pushers_asleep, header_->pop.pushers_word, lock);
    return queue_outcome::done; // who sleeps still finds out by itself
}

bool record_queue::is_closed() const noexcept {
    return header_->push.closed.load(std::memory_order_acquire) != 0; // [shut]
}

// ---- pop
// -----------------------------------------------------------------------------------------

record_queue::counts record_queue::look(std::uint64_t from) const noexcept {
    counts seen{from, header_->pop.tail_seen, false, false};
    if (seen.tail <= from) {
        seen.closed = is_closed();
        seen.tail = header_->push.tail.load(std::memory_order_acquire); // [pushed]
        header_->pop.tail_seen = seen.tail;
    }
    seen.damaged = seen.tail < from || seen.tail - from > geometry_.capacity;
    return seen;
}

queue_outcome record_queue::copy_out(const queue_slot& from, record_sink& sink) const {
    const queue_slot record = from; // once: it might change
    if (!fits(record)) return queue_outcome::damaged;
    std::byte* const into = sink.room(record.size);
    if (into == nullptr) return queue_outcome::unexpected;
    if (record.size != 0) std::memcpy(into, area_ + record.place * queue_granule, record.size);
    return queue_outcome::done;
}

queue_attempt record_queue::pop(record_sink& sink, std::size_t most, lock_patience patience) const {
    auto& side = header_->pop;
    short_lock lock{side.lock, patience};
    if (!lock.held()) return {lock.is_late() ? queue_outcome::late : queue_outcome::damaged, 0, 0};
    fault::hit("queue.pop_locked");
    const auto head = side.head.load(std::memory_order_relaxed); // nobody else writes it now
    const auto seen = look(head);
    queue_attempt attempt;
    if (seen.damaged) return {queue_outcome::damaged, 0, 0};
    if (seen.tail == head)
        return {seen.closed ? queue_outcome::closed : queue_outcome::empty, 0, seen.tail};
    const auto count = std::min<std::uint64_t>(most, seen.tail - head);
    while (attempt.count < count && attempt.outcome == queue_outcome::done) {
        attempt.outcome = copy_out(slot(head + attempt.count), sink);
        if (attempt.outcome == queue_outcome::done) ++attempt.count;
    }
    if (attempt.count == 0) return attempt;
    fault::hit("queue.record_copied");
    side.head.store(head + attempt.count, std::memory_order_release); // [popped]
    fault::hit("queue.record_popped");
    wake(side.pushers_asleep, side.pushers_word, lock);
    return attempt;
}

// ---- waiting
// -------------------------------------------------------------------------------------

bool record_queue::moved_on(queue_outcome outcome, std::uint64_t seen) const noexcept {
    // Relaxed: whoever goes on takes the lock first, and looks again.
    if (header_->push.closed.load(std::memory_order_relaxed) != 0) return true;
    if (outcome == queue_outcome::empty)
        return header_->push.tail.load(std::memory_order_relaxed) != seen; // as above
    return header_->pop.head.load(std::memory_order_relaxed) != seen;      // as above
}

void record_queue::sleep(const queue_attempt& after, wake_time until) const noexcept {
    if (after.outcome == queue_outcome::empty) return sleep_for_news(after.seen, until);
    sleep_for_room(after.seen, until);
}

// Whoever pushes looks at `poppers_asleep` with the lock that it has anyway, and so does whoever is
// about to sleep look at `tail`: one of them sees the other, without a fence for each record.
void record_queue::sleep_for_news(std::uint64_t seen, wake_time until) const noexcept {
    auto& side = header_->push;
    short_lock lock{side.lock, time_left(until)};
    if (!lock.held() || moved_on(queue_outcome::empty, seen)) return;
    side.poppers_asleep = 1;
    const auto expected = side.poppers_word.load(std::memory_order_relaxed); // with the lock
    lock.unlock();
    fault::hit("queue.before_sleep");
    os::futex_wait(side.poppers_word, expected, time_left(until));
}

void record_queue::sleep_for_room(std::uint64_t seen, wake_time until) const noexcept {
    auto& side = header_->pop;
    short_lock lock{side.lock, time_left(until)};
    if (!lock.held() || moved_on(queue_outcome::full, seen)) return;
    side.pushers_asleep = 1;
    const auto expected = side.pushers_word.load(std::memory_order_relaxed); // with the lock
    lock.unlock();
    fault::hit("queue.before_sleep");
    os::futex_wait(side.pushers_word, expected, time_left(until));
}

} // namespace tandem::shm

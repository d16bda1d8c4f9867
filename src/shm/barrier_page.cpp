// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "shm/barrier_page.hpp"

#include <algorithm>

#include "fault/fault.hpp"

namespace tandem::shm {

namespace {

// Relaxed where nothing else is said: `guard_` orders those that write, and who waits has loaded
// the word before it looks at its place.

bool is_in(const barrier_place& place, std::uint32_t phase) noexcept {
    return place.state.load(std::memory_order_relaxed) == barrier_place::waiting && // as said
           place.phase.load(std::memory_order_relaxed) == phase;                    // as said
}

} // namespace

std::uint32_t barrier_page::word() const noexcept {
    return word_.load(std::memory_order_acquire); // [phase]
}

bool barrier_page::enter() noexcept {
    const auto entered = guard_.lock();
    if (entered == lock_result::owner_died) set_broken();
    return is_held(entered);
}

void barrier_page::set_broken() noexcept {
    word_.fetch_or(broken_bit, std::memory_order_release); // [phase]
    os::futex_wake_all(word_);
}

void barrier_page::break_phase() noexcept {
    if (!enter()) return;
    set_broken();
    leave();
}

void barrier_page::end_phase(places all, std::uint32_t result) noexcept {
    const auto phase = word() / once;
    for (auto& place : all)
        if (is_in(place, phase)) place.state.store(result, std::memory_order_relaxed); // as said
    arrived_.store(0, std::memory_order_relaxed);                                      // as said
    fault::hit("barrier.before_phase");
    word_.store((phase + 1) * once, std::memory_order_release); // [phase]
    fault::hit("barrier.before_wake");
    os::futex_wake_all(word_);
}

void barrier_page::reset(places all) noexcept {
    if (!enter()) return;
    bury(all);
    end_phase(all, barrier_place::broken);
    leave();
}

bool barrier_page::has_dead(places all) noexcept {
    return std::ranges::any_of(
        all, [](const barrier_place& place) { return place.holder.holder_has_died(); });
}

/// Takes the marks of the dead away.
void barrier_page::bury(places all) noexcept {
    for (auto& place : all)
        if (place.holder.holder_has_died() && is_held(place.holder.try_lock()))
            (void)place.holder.unlock();
}

/// One that nobody holds; nullptr if there is none, or if somebody has died, which breaks the
/// phase. The guard is held.
barrier_place* barrier_page::take_place(places all) noexcept {
    for (auto& place : all) {
        const auto taken = place.holder.try_lock();
        if (taken == lock_result::locked) return &place;
        if (taken != lock_result::owner_died) continue;
        set_broken();
        (void)place.holder.unlock();
        return nullptr;
    }
    return nullptr;
}

/// Takes part in the phase: result is `completes` for the last one, `passed` for others; no place
/// if all are taken. The guard is held.
barrier_page::arrival barrier_page::begin(places all) noexcept {
    arrival mine{.result = outcome::passed};
    mine.phase = word() / once;
    if (has_dead(all)) set_broken();
    if (is_broken()) {
        mine.result = outcome::broken;
        return mine;
    }
    mine.index = arrived_.load(std::memory_order_relaxed); // as said
    if (mine.index >= all.size()) return mine;             // they complete just now
    mine.place = take_place(all);
    if (mine.place == nullptr) return mine;
    fault::hit("barrier.place_taken");
    mine.place->phase.store(mine.phase, std::memory_order_relaxed);             // as said
    mine.place->state.store(barrier_place::waiting, std::memory_order_relaxed); // as said
    arrived_.store(mine.index + 1, std::memory_order_relaxed);                  // as said
    if (mine.index + 1 == all.size()) mine.result = outcome::completes;
    return mine;
}

barrier_page::arrival barrier_page::arrive(places all, const deadline& until) noexcept {
    const wait_limit limit{until};
    arrival mine;
    for (;;) {
        if (!enter()) return {.result = outcome::damaged};
        mine = begin(all);
        fault::hit("barrier.arrived_in_guard");
        leave();
        if (mine.result == outcome::broken) return mine;
        if (mine.place != nullptr) break;
        if (limit.is_over()) {
            break_phase();
            return {.result = outcome::timed_out};
        }
        wait_for_place(all, limit);
    }
    fault::hit("barrier.arrived");
    if (mine.result == outcome::passed) mine.result = wait(all, mine, until);
    return mine;
}

/// More threads come than there are parties: some wait until those of the last phase have left, or
/// until this one is over.
void barrier_page::wait_for_place(places all, const wait_limit& limit) noexcept {
    const auto now = word();
    const auto leaving = std::ranges::find_if_not(
        all, [&](const barrier_place& place) { return is_in(place, now / once); });
    if (leaving == all.end()) {
        limit.sleep(word_, now);
        return;
    }
    const auto taken = leaving->holder.lock(limit.next_look());
    if (taken == lock_result::owner_died) break_phase(); // as we take the mark away
    if (is_held(taken)) (void)leaving->holder.unlock();
}

/// Gives the place up.
barrier_page::outcome barrier_page::go(barrier_place& place, outcome result) noexcept {
    place.state.store(barrier_place::unused, std::memory_order_relaxed); // the holder orders
    fault::hit("barrier.before_leaving");
    (void)place.holder.unlock();
    return result;
}

barrier_page::outcome barrier_page::wait(places all, const arrival& mine,
                                         const deadline& until) noexcept {
    const wait_limit limit{until};
    const auto unchanged = mine.phase * once;
    const auto is_over = [&] { return word() != unchanged; };
    bool out_of_time = false;
    if (!limit.is_over()) (void)spin_before_sleep(is_over);
    while (!is_over()) {
        out_of_time = limit.is_over();
        if (out_of_time || guard_.holder_has_died() || has_dead(all)) {
            if (!enter()) return go(*mine.place, outcome::damaged);
            if (!is_over()) set_broken();
            leave();
            break;
        }
        fault::hit("barrier.before_sleep");
        limit.sleep(word_, unchanged);
    }
    if (word() == (unchanged | broken_bit))
        return go(*mine.place, out_of_time ? outcome::timed_out : outcome::broken);
    const auto state = mine.place->state.load(std::memory_order_relaxed); // word() orders
    return go(*mine.place, state == barrier_place::passed ? outcome::passed : outcome::broken);
}

barrier_page::outcome barrier_page::pass(places all, const arrival& last) noexcept {
    if (!enter()) return go(*last.place, outcome::damaged);
    if (has_dead(all)) set_broken();
    const bool still = word() == last.phase * once;
    if (still) end_phase(all, barrier_place::passed);
    leave();
    return go(*last.place, still ? outcome::passed : outcome::broken);
}

void barrier_page::give_up(const arrival& last) noexcept {
    if (enter()) {
        if (word() == last.phase * once) set_broken();
        leave();
    }
    (void)go(*last.place, outcome::broken);
}

} // namespace tandem::shm

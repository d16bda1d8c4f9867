// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "shm/event_word.hpp"

#include "fault/fault.hpp"

namespace tandem::shm {

void event_word::set() noexcept {
    auto seen = word_.load(std::memory_order_relaxed); // the exchange orders
    const auto next = [&] {
        // Set already: written all the same, so that who sees it sees what we have done, too.
        return (seen & flag) != 0 ? seen : ((seen & ~sleeping) + once) | flag;
    };
    // Release: [set]. Relaxed on failure: tried again.
    while (!word_.compare_exchange_weak(seen, next(), std::memory_order_release,
                                        std::memory_order_relaxed)) {}
    fault::hit("event.before_wake");
    if ((seen & flag) == 0 && (seen & sleeping) != 0) os::futex_wake_all(word_);
}

void event_word::clear() noexcept {
    word_.fetch_and(~flag, std::memory_order_relaxed); // says nothing about what was done before
}

bool event_word::wait(const deadline& until) noexcept {
    const wait_limit limit{until};
    const auto before = word_.load(std::memory_order_acquire) / once; // [set]
    const auto is_over = [&](std::uint32_t seen) {
        return (seen & flag) != 0 || seen / once != before;
    };
    const auto look = [&] { return word_.load(std::memory_order_acquire); }; // [set]
    const auto has_come = [&] { return is_over(look()); };
    if (has_come() || (!limit.is_over() && spin_before_sleep(has_come))) return true;
    for (;;) {
        auto seen = look();
        if (is_over(seen)) return true;
        if (limit.is_over()) return false;
        // Relaxed: the bit carries no data.
        if ((seen & sleeping) == 0 &&
            !word_.compare_exchange_strong(seen, seen | sleeping, std::memory_order_relaxed))
            continue;
        fault::hit("event.before_sleep");
        limit.sleep(word_, seen | sleeping);
    }
}

} // namespace tandem::shm

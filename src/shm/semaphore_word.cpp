// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "shm/semaphore_word.hpp"

#include "fault/fault.hpp"

namespace tandem::shm {

bool semaphore_word::try_acquire() noexcept {
    auto seen = word_.load(std::memory_order_relaxed); // the exchange orders
    while ((seen & largest) != 0) {
        // Acquire: [released]. Relaxed on failure: tried again.
        if (word_.compare_exchange_weak(seen, seen - 1, std::memory_order_acquire,
                                        std::memory_order_relaxed)) {
            fault::hit("semaphore.acquired");
            return true;
        }
    }
    return false;
}

bool semaphore_word::acquire(const deadline& until) noexcept {
    if (try_acquire()) return true;
    const wait_limit limit{until};
    if (!limit.is_over() && spin_before_sleep([&] { return try_acquire(); })) return true;
    for (;;) {
        if (try_acquire()) return true;
        if (limit.is_over()) return false;
        std::uint32_t none = 0;
        // Relaxed: the bit carries no data. It fails where the bit is set, or units have come.
        if (!word_.compare_exchange_strong(none, sleeping, std::memory_order_relaxed) &&
            none != sleeping)
            continue;
        fault::hit("semaphore.before_sleep");
        limit.sleep(word_, sleeping);
        fault::hit("semaphore.woken");
    }
}

bool semaphore_word::release(std::uint32_t units) noexcept {
    auto seen = word_.load(std::memory_order_relaxed); // the exchange orders
    do {
        const auto value = seen & largest;
        if (value > most_ || units > most_ - value) return false;
        // Release: [released]. Relaxed on failure: tried again.
    } while (!word_.compare_exchange_weak(seen, seen + units, std::memory_order_release,
                                          std::memory_order_relaxed));
    fault::hit("semaphore.before_wake");
    if ((seen & sleeping) != 0) wake_sleepers(word_, sleeping, units);
    return true;
}

} // namespace tandem::shm

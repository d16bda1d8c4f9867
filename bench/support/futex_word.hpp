// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstdint>

namespace bench {

/// A number in shared memory that processes sleep on, without any spinning. What was written before
/// set() or add() is seen by whoever has got the number from wait_until() or get().
class futex_word {
public:
    void set(std::uint32_t value) {
        value_.store(value, std::memory_order_release);
        wake();
    }
    void add(std::uint32_t more) {
        value_.fetch_add(more, std::memory_order_release);
        wake();
    }
    [[nodiscard]] std::uint32_t get() const { return value_.load(std::memory_order_acquire); }

    void wait_until(std::uint32_t wanted) const {
        while (wait_while_not(wanted)) {}
    }
    /// Returns the number once it is not `unwanted`.
    std::uint32_t wait_while(std::uint32_t unwanted) const {
        for (;;) {
            const std::uint32_t seen = get();
            if (seen != unwanted) return seen;
            sleep_while(seen);
        }
    }

private:
    bool wait_while_not(std::uint32_t wanted) const {
        const std::uint32_t seen = get();
        if (seen == wanted) return false;
        sleep_while(seen);
        return true;
    }
    void sleep_while(std::uint32_t seen) const {
        ::syscall(SYS_futex, &value_, FUTEX_WAIT, seen, nullptr, nullptr, 0);
    }
    void wake() { ::syscall(SYS_futex, &value_, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0); }

    std::atomic<std::uint32_t> value_{0};
};

} // namespace bench

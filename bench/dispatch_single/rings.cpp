// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to hand out items one by one? A map of int to int, items a second.
// Engine    the limit: two worker processes, each with two hand-written single-producer rings in
//           shared memory. Every item is a record of its own, but the counters are published and
//           read once for a whole batch. No errors, no crashes, no sleeping: communication alone.
// Reported  items per second of wall time.

#include <sched.h>

#include <array>
#include <atomic>
#include <span>

#include "support/dispatch.hpp"
#include "support/processes.hpp"

namespace {

/// Single producer, single consumer.
/// Invariant: taken_ <= published_ <= taken_ + capacity; slots between the two belong to the
/// consumer.
class ring {
public:
    static constexpr std::size_t capacity = 4'096;

    /// Writes as many of `values` as fit, publishes them at once, returns their number.
    std::size_t push(std::span<const int> values) {
        const std::size_t end = published_.load(std::memory_order_relaxed); // own counter
        const std::size_t room = capacity - (end - taken_.load(std::memory_order_acquire));
        const std::size_t count = std::min(room, values.size());
        for (std::size_t i = 0; i < count; ++i) slots_[(end + i) % capacity] = values[i];
        if (count > 0) published_.store(end + count, std::memory_order_release);
        return count;
    }

    /// Gives at most `limit` values to `use`, frees their slots at once, returns their number.
    template <class Use>
    std::size_t pop(std::size_t limit, Use&& use) {
        const std::size_t begin = taken_.load(std::memory_order_relaxed); // own counter
        const std::size_t ready = published_.load(std::memory_order_acquire) - begin;
        const std::size_t count = std::min(ready, limit);
        for (std::size_t i = 0; i < count; ++i) use(slots_[(begin + i) % capacity]);
        if (count > 0) taken_.store(begin + count, std::memory_order_release);
        return count;
    }

private:
    alignas(64) std::atomic<std::size_t> published_{0};
    alignas(64) std::atomic<std::size_t> taken_{0};
    alignas(64) std::array<int, capacity> slots_{};
};

struct channel {
    ring tasks, results;
};

constexpr std::size_t batch = 512;

void serve(channel& c) {
    std::array<int, batch> answers{};
    for (;;) {
        std::size_t made = 0;
        c.tasks.pop(batch, [&](int item) { answers[made++] = bench::task(item); });
        if (made == 0) ::sched_yield();
        for (std::size_t sent = 0; sent < made;) {
            sent += c.results.push({answers.data() + sent, made - sent});
            if (sent < made) ::sched_yield();
        }
    }
}

/// What one worker has still to get and to give back: its share of the items, in order.
struct share {
    channel* to;
    std::span<const int> unsent;
    std::span<int> missing;

    /// Returns whether anything moved.
    bool move() {
        const std::size_t sent = to->tasks.push(unsent.first(std::min(unsent.size(), batch)));
        unsent = unsent.subspan(sent);
        std::size_t got = 0;
        to->results.pop(missing.size(), [&](int value) { missing[got++] = value; });
        missing = missing.subspan(got);
        return sent + got > 0;
    }
};

std::vector<int> map(channel& left, channel& right, std::span<const int> items) {
    std::vector<int> values(items.size());
    const std::span<int> places{values};
    const std::size_t half = items.size() / 2;
    share first{&left, items.first(half), places.first(half)};
    share second{&right, items.subspan(half), places.subspan(half)};
    while (!first.missing.empty() || !second.missing.empty()) {
        const bool first_moved = first.move();
        const bool second_moved = second.move();
        if (!first_moved && !second_moved) ::sched_yield();
    }
    return values;
}

} // namespace

int main() {
    const bench::shared<channel> left;
    const bench::shared<channel> right;
    const bench::child first{[&] { serve(*left); }};
    const bench::child second{[&] { serve(*right); }};

    bench::report_dispatch(
        "dispatch_single", "rings", 2'000'000,
        [&](const std::vector<int>& items) { return map(*left, *right, items); });
}

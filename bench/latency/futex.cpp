// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long is one task under way, there and back, p50 and p99?
// Engine    futex ping-pong: two words in shared memory, whoever waits sleeps in the kernel at
//           once. The floor for every design that sleeps; whether both processes share a core is
//           left to the scheduler.
// Reported  microseconds: `latency` back to back, `latency_idle` each after a pause of 2 ms.

#include <linux/futex.h>
#include <sys/syscall.h>

#include <atomic>
#include <cstdint>

#include "support/processes.hpp"
#include "support/round_trips.hpp"

namespace {

/// A number of the round and the value that belongs to it; one process writes, one sleeps.
struct mailbox {
    alignas(64) std::atomic<std::uint32_t> round{0};
    int value = 0; // published by round

    void put(int x) {
        value = x;
        round.fetch_add(1, std::memory_order_release);
        ::syscall(SYS_futex, &round, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    }
    int take(std::uint32_t expected) {
        for (;;) {
            const auto seen = round.load(std::memory_order_acquire);
            if (seen == expected) return value;
            ::syscall(SYS_futex, &round, FUTEX_WAIT, seen, nullptr, nullptr, 0);
        }
    }
};

struct two_way {
    mailbox there, back;
};

} // namespace

int main() {
    const bench::shared<two_way> boxes;
    const bench::child worker{[&] {
        for (std::uint32_t round = 1;; ++round)
            boxes->back.put(bench::task(boxes->there.take(round)));
    }};

    bench::report_round_trips("futex", [&, round = std::uint32_t{0}](int x) mutable {
        boxes->there.put(x);
        return boxes->back.take(++round);
    });
}

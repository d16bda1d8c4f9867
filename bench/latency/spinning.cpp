// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long is one task under way, there and back, p50 and p99?
// Engine    the limit: two words in shared memory, both processes spin and never sleep.
// Reported  microseconds: `latency` back to back, `latency_idle` each after a pause of 2 ms.

#include <atomic>
#include <cstdint>

#include "support/processes.hpp"
#include "support/round_trips.hpp"

namespace {

/// Each word has one writer; a value comes with the number of the round it belongs to.
struct board {
    alignas(64) std::atomic<std::uint64_t> there{0};
    alignas(64) std::atomic<std::uint64_t> back{0};
};

constexpr std::uint64_t packed(std::uint32_t round, int value) {
    return std::uint64_t{round} << 32 | static_cast<std::uint32_t>(value);
}
constexpr std::uint32_t round_of(std::uint64_t word) {
    return static_cast<std::uint32_t>(word >> 32);
}
constexpr int value_of(std::uint64_t word) { return static_cast<int>(word & 0xffff'ffff); }

int wait_for(const std::atomic<std::uint64_t>& word, std::uint32_t round) {
    for (;;) {
        const auto seen = word.load(std::memory_order_acquire);
        if (round_of(seen) == round) return value_of(seen);
        __builtin_ia32_pause();
    }
}

} // namespace

int main() {
    const bench::shared<board> words;
    const bench::child worker{[&] {
        for (std::uint32_t round = 1;; ++round) {
            const int x = wait_for(words->there, round);
            words->back.store(packed(round, bench::task(x)), std::memory_order_release);
        }
    }};

    bench::report_round_trips("spinning", [&, round = std::uint32_t{0}](int x) mutable {
        words->there.store(packed(++round, x), std::memory_order_release);
        return wait_for(words->back, round);
    });
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// How long to spin before a sleep: as long as spinning has paid lately. A spin that succeeds
// doubles the budget, one that fails halves it: on a processor that both sides have to share,
// spinning only keeps the other side from answering. Now and then a wait spins to the limit all the
// same, since two sides that both sleep would never find out that they could stop doing so.

#include <algorithm>
#include <chrono>

#include "os/futex.hpp"

namespace tandem::shm {

class spin_wait {
    using clock = std::chrono::steady_clock;

public:
    /// A sleep and a wake-up cost 5 to 25 µs each on the machines measured; spinning for longer
    /// than a few of them is waste.
    static constexpr std::chrono::nanoseconds longest{50'000};
    static constexpr std::chrono::nanoseconds shortest{1'000};
    static constexpr unsigned probe_every = 64; // waits: less than 1 µs each on average

    /// Spins until `ready()` or until the budget is spent; returns the last `ready()`.
    template <class Ready>
    bool spin(Ready ready) {
        const bool probes = ++waits_ % probe_every == 0;
        if (!spin_for(probes ? longest : budget_, ready)) {
            budget_ = std::max(budget_ / 2, shortest);
            return false;
        }
        budget_ = probes ? longest : std::min(2 * budget_, longest);
        return true;
    }

private:
    template <class Ready>
    static bool spin_for(std::chrono::nanoseconds budget, Ready ready) {
        constexpr int looks_per_clock = 16; // reading the clock costs as much as a few looks
        const auto begun = clock::now();
        do {
            for (int look = 0; look < looks_per_clock; ++look) {
                if (ready()) return true;
                os::spin_pause();
            }
        } while (clock::now() - begun < budget);
        return false;
    }

    std::chrono::nanoseconds budget_ = longest;
    unsigned waits_ = 0;
};

} // namespace tandem::shm

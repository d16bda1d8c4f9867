// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// How long to spin before a sleep: as long as spinning has paid lately. A wait that ended within
// `longest` would have been won by spinning, so the budget goes up to it at once; a longer one
// halves the budget. A process with nothing to do is soon down to one short look per sleep.

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

    /// Spins until `ready()` or until the budget is spent; returns the last `ready()`.
    template <class Ready>
    bool spin(Ready ready) {
        begun_ = clock::now();
        constexpr int looks_per_clock = 16; // reading the clock costs as much as a few looks
        do {
            for (int look = 0; look < looks_per_clock; ++look) {
                if (ready()) return true;
                os::spin_pause();
            }
        } while (clock::now() - begun_ < budget_);
        return false;
    }

    /// To be called when a wait that began with a failed spin() is over.
    void slept() noexcept { budget_ = clock::now() - begun_ <= longest ? longest : budget_ / 2; }

private:
    std::chrono::nanoseconds budget_ = longest;
    clock::time_point begun_;
};

} // namespace tandem::shm

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <thread>

namespace tandem::test {

/// Looks for an event that comes from outside of the process and cannot be waited for otherwise,
/// such as an entry of /proc; false if it has not come after 20 seconds.
template <class Condition>
bool until(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::yield();
    }
    return true;
}

} // namespace tandem::test

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/fork_generation.hpp"

#include <pthread.h>

#include <atomic>

namespace tandem::os {

namespace {

// Relaxed throughout: a fork has one thread when it changes the number.
constinit std::atomic<unsigned> generation{0};

void count_fork() {
    generation.fetch_add(1, std::memory_order_relaxed); // as said above
}

} // namespace

unsigned fork_generation() noexcept {
    [[maybe_unused]] static const int registered = ::pthread_atfork(nullptr, nullptr, &count_fork);
    return generation.load(std::memory_order_relaxed); // as said above
}

} // namespace tandem::os

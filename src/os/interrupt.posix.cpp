// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What follows a signal is left to whoever asks interrupt_caught(): the handler does nothing that a
// handler might not do, and the second SIGINT needs nothing of ours that still works.

#include "os/interrupt.hpp"

#include <signal.h>

#include <atomic>

#include "os/fork_generation.hpp"

namespace tandem::os {

namespace {

// Relaxed throughout: numbers and flags alone, nothing else is published with them.
constinit std::atomic<unsigned> owner{
    0}; // whose SIGINT is taken over, see own_number(); 0: nobody's
constinit std::atomic<bool> caught{false};
static_assert(std::atomic<bool>::is_always_lock_free); // as a handler needs it

struct sigaction previous; // who becomes the owner writes it

/// Differs in a fork of this process; not 0.
unsigned own_number() noexcept { return fork_generation() + 1; }

void note_interrupt(int /*signal*/) {
    caught.store(true, std::memory_order_relaxed); // as said above
}

} // namespace

result<void> catch_interrupt() noexcept {
    auto before = owner.load(std::memory_order_relaxed); // as said above
    const bool is_free = before != own_number();
    if (!is_free || !owner.compare_exchange_strong(before, own_number(),
                                                   std::memory_order_relaxed)) // as said above
        return std::unexpected{error_from(EBUSY)};
    caught.store(false, std::memory_order_relaxed); // as said above: a fork may have inherited it
    if (::sigaction(SIGINT, nullptr, &previous) == 0 && previous.sa_handler == SIG_IGN) return {};
    struct sigaction action{};
    action.sa_handler = &note_interrupt;
    // Reset: the second signal ends the program whatever state it is in.
    action.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    ::sigemptyset(&action.sa_mask);
    if (::sigaction(SIGINT, &action, nullptr) == 0) return {};
    auto failed = last_error();
    owner.store(0, std::memory_order_relaxed); // as said above
    return failed;
}

void release_interrupt() noexcept {
    ::sigaction(SIGINT, &previous, nullptr);
    caught.store(false, std::memory_order_relaxed); // as said above
    owner.store(0, std::memory_order_relaxed);      // as said above
}

bool interrupt_caught() noexcept {
    return caught.load(std::memory_order_relaxed) &&              // as said above
           owner.load(std::memory_order_relaxed) == own_number(); // as said above
}

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/signal_mask.hpp"

#include <signal.h>

#include <cstring>

namespace tandem::os {

static_assert(sizeof(sigset_t) <= 128);

block_signals::block_signals() noexcept {
    sigset_t all;
    sigset_t previous;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &previous);
    std::memcpy(previous_.data(), &previous, sizeof previous);
}

block_signals::~block_signals() {
    sigset_t previous;
    std::memcpy(&previous, previous_.data(), sizeof previous);
    ::pthread_sigmask(SIG_SETMASK, &previous, nullptr);
}

} // namespace tandem::os

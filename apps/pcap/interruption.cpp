// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "interruption.hpp"

#include <csignal>
#include <cstdlib>

namespace traffic {

namespace {

volatile std::sig_atomic_t interrupted = 0;

} // namespace

void exit_on_interrupt() {
    (void)std::signal(SIGINT, [](int) { std::_Exit(interrupted_status); });
}

void remember_interrupt() {
    (void)std::signal(SIGINT, [](int) { interrupted = 1; });
}

bool is_interrupted() { return interrupted != 0; }

} // namespace traffic

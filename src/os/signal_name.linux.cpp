// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/signal_name.hpp"

#include <signal.h>
#include <string.h>

namespace tandem::os {

std::string signal_name(int signal) {
    if (const char* name = ::sigabbrev_np(signal)) return std::string{"SIG"} + name;
    if (signal >= SIGRTMIN && signal <= SIGRTMAX)
        return "SIGRTMIN+" + std::to_string(signal - SIGRTMIN);
    return std::to_string(signal);
}

} // namespace tandem::os

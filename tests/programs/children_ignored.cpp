// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Ignores SIGCHLD: the system reaps what the program forks.

#include <csignal>

#include "every_method.hpp"

int main() {
    tandem::bootstrap();
    (void)std::signal(SIGCHLD, SIG_IGN);
    report::main_goes_on();
    report::try_every_method();
    report::try_crashes();
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Has a handler for SIGCHLD that reaps every child, whosoever it is.

#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "every_method.hpp"

namespace {

void reap_all(int /*signal*/) {
    const int before = errno;
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {}
    errno = before;
}

} // namespace

int main() {
    tandem::bootstrap();
    (void)std::signal(SIGCHLD, reap_all);
    report::main_goes_on();
    report::try_every_method();
    report::try_crashes();
}

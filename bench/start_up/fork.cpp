// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how many processes that do nothing can be started and joined per second, one after the
//           other?
// Engine    the floor of fork: fork, _exit and waitpid in a small program.
// Reported  `process_rate`, processes per second.

#include "support/start_up.hpp"

int main() {
    bench::report_process_rate("fork", [] {
        const pid_t child = ::fork();
        if (child == 0) ::_exit(0);
        if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
        return bench::ends_well(child);
    });
}

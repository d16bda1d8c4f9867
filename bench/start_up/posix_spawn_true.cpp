// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how many processes that do nothing can be started and joined per second, one after the
//           other?
// Engine    posix_spawn and waitpid of /bin/true, a dynamic C program: the price of an exec.
// Reported  `process_rate`, processes per second.

#include "support/start_up.hpp"

int main() {
    bench::report_process_rate("posix_spawn_true",
                               [] { return bench::spawn_and_join("/bin/true", ""); });
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Two workers that run for ever and ignore every signal that can be ignored; says so, and when the
// first SIGINT has come.

#include <unistd.h>
#include <tandem/tandem.hpp>

#include <csignal>
#include <iostream>
#include <thread>
#include <vector>

namespace {

void run_for_ever(int /*item*/) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) (void)std::signal(number, SIG_IGN);
    std::cout << "a worker runs\n" << std::flush;
    for (;;) ::pause();
}

} // namespace

int main() {
    tandem::bootstrap();
    const tandem::interrupt_guard guard;
    const tandem::pool workers{{.processes = 2}};
    const std::jthread witness{[&] {
        while (!guard.stop_requested()) std::this_thread::yield();
        std::cout << "a first SIGINT\n" << std::flush;
    }};
    workers.with({.chunk_size = 1}).map(run_for_ever, std::vector{1, 2});
}

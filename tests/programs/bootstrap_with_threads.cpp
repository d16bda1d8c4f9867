// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Starts a thread, and then calls bootstrap(): so its copies have threads, too.

#include <latch>
#include <thread>

#include "every_method.hpp"

int main() {
    std::latch end{1};
    const std::jthread other{[&] { end.wait(); }};
    tandem::bootstrap();
    report::main_goes_on();
    report::try_every_method();
    end.count_down();
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Starts two processes that run for ever, each with a shell command in the background; says so, and
// goes on for ever. The argument is the method.

#include <cstdlib>

#include "every_method.hpp"

namespace {

void run_for_ever(int number) {
    (void)std::system("sleep 1000 &");
    report::say("process " + std::to_string(number) + " runs");
    for (;;) ::pause();
}

} // namespace

int main(int argc, char** argv) {
    tandem::bootstrap();
    if (argc < 2) return 2;
    const tandem::process_options options{.method = report::method_of(argv[1])};
    const tandem::process first{options, run_for_ever, 1};
    const tandem::process second{options, run_for_ever, 2};
    for (;;) ::pause();
}

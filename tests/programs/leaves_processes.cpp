// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Ends while a process that it has detached, a daemon, and one that is a static object run. The
// arguments are the method and how main ends: "return", "exit", "throw" or "quick".

#include <cstdlib>

#include "every_method.hpp"

namespace {

void run_for_ever() {
    for (;;) ::pause();
}

} // namespace

int main(int argc, char** argv) {
    tandem::bootstrap();
    if (argc < 3) return 2;
    const tandem::process_options options{.daemon = true,
                                          .method = report::method_of(argv[1]),
                                          .grace = std::chrono::milliseconds{1}};
    tandem::process{options, run_for_ever}.detach();
    static const tandem::process object{options, run_for_ever};
    const tandem::process variable{options, run_for_ever};
    report::say("three run");
    const std::string_view how{argv[2]};
    if (how == "exit") std::exit(0);
    if (how == "throw") throw std::runtime_error{"main is left"};
    if (how == "quick") std::_Exit(0);
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Writes text, which is not flushed yet when it starts processes that write, too. The argument is
// the method.

#include <iostream>

#include "every_method.hpp"

namespace {

void print_text() {
    (void)std::printf("<process, C>");
    std::cout << "<process, C++>";
}

} // namespace

int main(int argc, char** argv) {
    tandem::bootstrap();
    if (argc < 2) return 2;
    std::ios::sync_with_stdio(false); // so that std::cout has a buffer of its own
    (void)std::printf("<program, C>");
    std::cout << "<program, C++>";
    const tandem::process_options options{.method = report::method_of(argv[1])};
    for (int i = 0; i < 2; ++i)
        if (!tandem::process{options, print_text}.join().success()) return 1;
}

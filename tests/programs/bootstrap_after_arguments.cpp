// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Wants an argument before it calls bootstrap(); its copies get none. What it is says how it ends
// without: "exit", "abort" or "throw" in the setting TEST_END.

#include "every_method.hpp"

namespace {

int end_for_want_of_arguments() {
    const char* how = std::getenv("TEST_END");
    const std::string_view end{how == nullptr ? "exit" : how};
    if (end == "abort") std::abort();
    if (end == "throw") throw std::invalid_argument{"an argument is missing"};
    return 2;
}

} // namespace

int main(int argc, char** /*argv*/) {
    if (argc < 2) return end_for_want_of_arguments();
    tandem::bootstrap();
    report::main_goes_on();
    report::try_every_method();
}

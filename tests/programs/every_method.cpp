// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// A program as it should be. With an argument it waits for a line of input first.

#include "every_method.hpp"

int main(int argc, char** /*argv*/) {
    tandem::bootstrap();
    report::main_goes_on();
    if (argc > 1) (void)std::getchar();
    report::try_every_method();
}

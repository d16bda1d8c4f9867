// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Calls bootstrap() only if it has an argument: its copies go on, and start processes themselves.

#include "every_method.hpp"

int main(int argc, char** /*argv*/) {
    if (argc > 1) tandem::bootstrap();
    report::main_goes_on();
    report::try_every_method();
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Calls bootstrap() after it has tried to start processes; so do its copies.

#include "every_method.hpp"

int main() {
    report::try_every_method();
    tandem::bootstrap();
    report::main_goes_on();
    report::try_every_method();
}

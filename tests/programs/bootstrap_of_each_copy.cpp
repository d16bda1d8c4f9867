// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The program and a library that it is linked with each have a copy of Tandem, and bootstrap it.

#include "every_method.hpp"
#include "library.hpp"

int main() {
    tandem::bootstrap();
    library_bootstrap();
    report::main_goes_on();
    report::try_every_method();
    library_try_every_method();
}

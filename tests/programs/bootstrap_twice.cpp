// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Calls bootstrap() twice, and once more in the middle.

#include "every_method.hpp"

int main() {
    tandem::bootstrap();
    tandem::bootstrap();
    report::main_goes_on();
    report::try_every_method();
    tandem::bootstrap();
    report::try_every_method();
}

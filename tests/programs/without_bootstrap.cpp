// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Forgets to call bootstrap().

#include "every_method.hpp"

int main() {
    report::main_goes_on();
    report::try_every_method();
}

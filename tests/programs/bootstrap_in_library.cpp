// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Knows Tandem by a shared library only, which calls bootstrap() for it.

#include <unistd.h>

#include "library.hpp"

int main() {
    library_bootstrap();
    if (::write(STDOUT_FILENO, "main goes on\n", 13) != 13) return 1;
    library_try_every_method();
}

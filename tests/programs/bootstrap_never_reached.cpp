// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Its copies wait for ever before they come to bootstrap().

#include "every_method.hpp"

int main(int argc, char** /*argv*/) {
    if (argc < 2)
        for (;;) ::pause();
    tandem::bootstrap();
    report::main_goes_on();
    report::try_method("forkserver");
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Says each time when an object with static storage duration is initialised, and when main begins.
// The argument: a method, by which two processes are started.

#include "every_method.hpp"

namespace {

struct initialised {
    initialised() { report::say("initialised"); }
};
[[maybe_unused]] const initialised object;

int number_of_initialised = [] { return 3; }();

} // namespace

int main(int argc, char** argv) {
    report::say("main begins");
    tandem::bootstrap();
    report::main_goes_on();
    if (argc < 2) return 2;
    number_of_initialised = 4; // in this process; a fork has it, an executed program does not
    for (int i = 0; i < 2; ++i)
        report::outcome(argv[1], [&] {
            return tandem::process_result{{.method = report::method_of(argv[1])},
                                          [] { return number_of_initialised; }}
                .get();
        });
}

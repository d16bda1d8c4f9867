// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The program opens a library that has a copy of Tandem of its own, and both call bootstrap(). With
// an argument the library does not.

#include <dlfcn.h>

#include "every_method.hpp"
#include "library.hpp"

int main(int argc, char** /*argv*/) {
    tandem::bootstrap();
    void* library = ::dlopen(TEST_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return 2;
    using function = void (*)();
    const auto bootstrap = reinterpret_cast<function>(::dlsym(library, "library_bootstrap"));
    const auto run = reinterpret_cast<function>(::dlsym(library, "library_try_every_method"));
    if (argc == 1) bootstrap();
    report::main_goes_on();
    report::try_every_method();
    run();
}

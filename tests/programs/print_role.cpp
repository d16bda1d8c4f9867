// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Says what TANDEM_ROLE is in a copy, then starts processes as usual.

#include "every_method.hpp"

namespace {

[[maybe_unused]] const bool said = [] {
    const char* role = std::getenv("TANDEM_ROLE");
    if (role != nullptr && std::getenv("TEST_ROLES") != nullptr)
        report::say(std::string{"role "} + role);
    return true;
}();

} // namespace

int main() {
    tandem::bootstrap();
    report::main_goes_on();
    report::try_every_method();
}

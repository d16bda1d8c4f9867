// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Forgets to call bootstrap().

#include <tandem/tandem.hpp>

#include <cstdio>

int main() {
    (void)std::puts("main runs");
    try {
        const tandem::pool workers{{.processes = 1}};
        return workers.submit([] { return 0; }).get();
    } catch (const tandem::bootstrap_error& e) {
        (void)std::printf("%s\n", e.what());
        return 9;
    }
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Keeps three workers busy for ever, each with a child of its own, and says so.

#include <unistd.h>
#include <tandem/tandem.hpp>

#include <cstdio>
#include <vector>

namespace {

void run_for_ever(int number) {
    (void)std::fprintf(stdout, "worker %d runs\n", number);
    (void)::fork(); // both go on below
    for (;;) ::pause();
}

} // namespace

int main() {
    tandem::bootstrap();
    const tandem::pool workers{{.processes = 3}};
    std::vector<tandem::future<void>> tasks;
    for (int i = 0; i < 3; ++i) tasks.push_back(workers.submit(run_for_ever, i));
    for (auto& task : tasks) task.get();
}

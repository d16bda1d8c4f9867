// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Enters the control group whose folder is its argument, and runs a task that takes all memory that
// the group has; then one that takes none.

#include <tandem/tandem.hpp>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace {

void take_all_memory() {
    constexpr std::size_t piece = std::size_t{4} << 20;
    constexpr int most = 256; // a gibibyte: the group has less
    std::vector<std::unique_ptr<std::string>> taken;
    for (int i = 0; i < most; ++i) taken.push_back(std::make_unique<std::string>(piece, 'x'));
}

} // namespace

int main(int argc, char** argv) {
    tandem::bootstrap();
    if (argc != 2 || !(std::ofstream{std::string{argv[1]} + "/cgroup.procs"} << "0" << std::flush))
        return 2;
    const tandem::pool workers{{.processes = 1}};
    try {
        workers.submit([] { take_all_memory(); }).get();
        return 3;
    } catch (const tandem::worker_crashed& e) {
        (void)std::printf("%d %s\n", e.out_of_memory() ? 1 : 0, e.what());
    }
    (void)std::printf("%d\n", workers.submit([] { return 5; }).get());
}

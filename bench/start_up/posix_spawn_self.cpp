// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how many processes that do nothing can be started and joined per second, one after the
//           other?
// Engine    posix_spawn and waitpid of the very program of the engine tandem, told to end at the
//           beginning of main. What `tandem_spawn` cannot beat: most of it is the dynamic linker's.
// Reported  `process_rate`, processes per second.

#include <filesystem>

#include "support/start_up.hpp"

int main() {
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    bench::report_process_rate("posix_spawn_self", [program = (here / "tandem").string()] {
        return bench::spawn_and_join(program, "end_at_once");
    });
}

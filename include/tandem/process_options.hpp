// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tandem/standard_stream.hpp"
#include "tandem/start_method.hpp"

namespace tandem {

/// Limits of what a process may use; without privileges it cannot raise them itself.
/// Source  setrlimit(2).
struct process_limits {
    std::optional<std::uint64_t> address_space_bytes{}; // beyond it, memory cannot be allocated
    std::optional<std::chrono::seconds> cpu_time{};     // beyond it: SIGXCPU, then SIGKILL
    std::optional<std::uint64_t> open_files{};
    std::optional<std::uint64_t> file_bytes{};  // beyond it: SIGXFSZ
    std::optional<std::uint64_t> core_bytes{};  // 0: no core files
    std::optional<std::uint64_t> stack_bytes{}; // of threads that it starts
    std::optional<std::uint64_t> processes{};   // of the user, threads included
};

/// Options of a process. Environment, directory, standard output and error that are not given are
/// those that the program has at the time of the start; all else is as it was when the program
/// started its forkserver, with its first process or pool. A fork has all as it is now.
struct process_options {
    /// Empty: "Process-1", "Process-2" and so on; for those that Process-1 starts "Process-1:1" …
    /// ps shows the first 15 bytes.
    std::string name{};
    /// What becomes of a detached process when the program ends by exit() or the end of main():
    /// true, it is stopped; false, the program waits for it. When the program is killed, all its
    /// processes are.
    bool daemon = false;
    /// Not given: default_start_method().
    std::optional<start_method> method{};

    /// Its working directory.
    std::filesystem::path directory{};
    /// Variables to set, or to remove (std::nullopt).
    std::map<std::string, std::optional<std::string>> environment{};
    /// True: start from an empty environment instead of the program's.
    bool clean_environment = false;
    standard_stream input = standard_stream::null();
    standard_stream output = standard_stream::inherit();
    standard_stream errors = standard_stream::inherit();

    /// From -20, favoured, to 19. Favouring takes privileges.
    std::optional<int> niceness{};
    /// The processors that it may run on, numbered as the system does; empty: all that the program
    /// could use when it started its first process.
    std::vector<int> cpus{};
    process_limits limits{};

    /// How long the destructor lets it go on after it has asked it to stop, before it kills it.
    std::chrono::nanoseconds grace = std::chrono::seconds{1};
    /// True: whatever the process has started ends with it, also what has left its process group by
    /// setsid(2), as daemons do. Takes a forkserver of its own: the start takes some milliseconds.
    /// Not with start_method::fork.
    bool keep_descendants = false;
    /// start_method::fork although there are other threads: only if none of them can hold a lock
    /// that the child needs, not even that of malloc.
    bool force_fork = false;
};

} // namespace tandem

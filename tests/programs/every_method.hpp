// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <fcntl.h>
#include <unistd.h>
#include <tandem/tandem.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>

#include "../support/method_of.hpp"

// What the programs about mp::bootstrap() have in common: they start a process by each method, and
// say what came of it.

namespace report {

/// Writes a line to the file $TEST_REPORT, or to standard output if there is no such setting.
inline void say(const std::string& line) {
    const char* path = std::getenv("TEST_REPORT");
    const int file = path == nullptr
                         ? STDOUT_FILENO
                         : ::open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    const std::string text = line + "\n";
    if (::write(file, text.data(), text.size()) == -1) std::abort();
    if (path != nullptr) ::close(file);
}

/// To be called behind bootstrap(). A copy of the program must not come here; one that does says
/// so, and its own copies end rather than go on for ever.
inline void main_goes_on() {
    const char* depth = std::getenv("TEST_DEPTH");
    const int above = depth == nullptr ? 0 : std::atoi(depth);
    say(above == 0 ? "main goes on" : "main goes on in a copy");
    if (above >= 2) ::_exit(99);
    ::setenv("TEST_DEPTH", std::to_string(above + 1).c_str(), 1);
}

/// "<name>: 42", or the kind of the error and its text.
inline void outcome(const std::string& name, const std::function<int()>& start) {
    std::string result;
    try {
        result = std::to_string(start());
    } catch (const tandem::bootstrap_error& e) {
        result = std::string{"bootstrap_error: "} + e.what();
    } catch (const tandem::fork_refused& e) {
        result = std::string{"fork_refused: "} + e.what();
    } catch (const tandem::launch_error& e) {
        result = std::string{"launch_error: "} + e.what();
    } catch (const std::bad_alloc&) {
        result = "bad_alloc";
    } catch (const std::exception& e) {
        result = std::string{"another error: "} + e.what();
    }
    say(name + ": " + result);
}

using tandem::test::method_of;

inline int six_times(int number) { return 6 * number; }

inline void try_method(const std::string& name) {
    outcome(name, [&] {
        tandem::process_result<int> started{{.method = method_of(name)}, six_times, 7};
        return started.get();
    });
}

inline void try_pool() {
    outcome("pool", [] {
        const tandem::pool workers{{.processes = 1}};
        return workers.submit(six_times, 7).get();
    });
}

inline void try_every_method() {
    for (const char* name : {"forkserver", "spawn", "fork"}) try_method(name);
    try_pool();
}

/// "<name> crashes: 9" if the process is known to have been killed by that signal.
inline void try_crashes() {
    for (const char* name : {"forkserver", "spawn", "fork"})
        outcome(std::string{name} + " crashes", [&] {
            tandem::process started{{.method = method_of(name)}, [] { (void)std::raise(SIGKILL); }};
            return started.join().signal().value_or(-1);
        });
}

} // namespace report

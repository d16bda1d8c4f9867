// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "report.hpp"

namespace bench {

/// Starts a process and waits for its end, one after the other for half a second, after some
/// untimed. `start_and_join()` says whether it ended with status 0: one that does not ends the
/// engine.
template <class StartAndJoin>
void report_process_rate(const char* engine, const StartAndJoin& start_and_join) {
    constexpr int warm_up = 50;
    for (int i = 0; i < warm_up; ++i) require(start_and_join(), "how a process ended");

    const stopwatch watch;
    double ended = 0;
    for (; watch.seconds() < 0.5; ++ended) require(start_and_join(), "how a process ended");
    report({"process_rate", engine, "processes/s", ended / watch.seconds()});
}

/// Reaps the child; true if it ended with status 0.
inline bool ends_well(pid_t child) {
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// posix_spawn of a program with one argument, and waitpid. True if it ended with status 0.
inline bool spawn_and_join(std::string program, std::string argument) {
    char* const arguments[] = {program.data(), argument.data(), nullptr};
    pid_t child = 0;
    const int error = ::posix_spawn(&child, program.data(), nullptr, nullptr, arguments, environ);
    if (error != 0) throw std::system_error(error, std::generic_category(), program);
    return ends_well(child);
}

} // namespace bench

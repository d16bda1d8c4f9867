// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tandem/detail/export.hpp"
#include "tandem/exit_status.hpp"

namespace tandem {

/// One function call on the stack of a worker that crashed.
struct stack_frame {
    /// Path of the program or shared library; empty if it is not known.
    std::string module;
    /// Where in the module, as `addr2line -e module` takes it.
    std::uint64_t offset = 0;
    /// The function as written in C++; empty if the module names none there, as when it is
    /// stripped.
    std::string function;

    /// Such as "parse(std::string const&) (/usr/bin/prog+0x1234)".
    [[nodiscard]] TANDEM_EXPORT std::string describe() const;
};

/// What is known about a worker that ended, or was ended, before its task was finished.
struct crash_report {
    /// How it ended, and what it has used: status.usage().peak_rss_bytes.
    exit_status status;
    /// The last 4 KiB that the worker wrote to standard error, of earlier tasks perhaps.
    /// Empty with worker_output::inherit.
    std::string stderr_tail;
    /// The calls that led to the crash, innermost first. Empty for ends that nothing can announce
    /// (SIGKILL, _exit), and when the program has handlers of its own for such signals.
    std::vector<stack_frame> backtrace;
    /// True if the kernel killed it for want of memory, as far as its counters tell.
    bool out_of_memory = false;

    /// Such as "killed by signal 11 (SIGSEGV) in parse(char const*) (/usr/bin/prog+0x1234)".
    [[nodiscard]] TANDEM_EXPORT std::string describe() const;
    /// The innermost call that is neither the C or C++ library's nor Tandem's, or what called the
    /// task if a compiler put that in line there; null if there is neither.
    [[nodiscard]] TANDEM_EXPORT const stack_frame* place() const noexcept;
};

} // namespace tandem

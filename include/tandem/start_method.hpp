// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "tandem/detail/export.hpp"

namespace tandem {

/// How a process is made. The names are Python's.
enum class start_method : std::uint8_t {
    /// A small server, this program executed once more with a single thread, forks it: quick, and
    /// it inherits nothing by accident. The default.
    forkserver,
    /// The program is executed once more for it, by that server: initialisers of static objects run
    /// again, as they did in the program, then bootstrap() takes over.
    spawn,
    /// This very process is forked: the child has all that the program has in memory, and its open
    /// files. Refused while other threads run, since a lock that one of them holds would stay
    /// locked in the child for ever. The child is the program's own: its end is a SIGCHLD, and a
    /// waitpid(-1) elsewhere in the program may take its status.
    fork,
};

/// Sets the method for processes whose options name none. At any time, from any thread. Each
/// process has a setting of its own: forkserver at first, in a fork what it was in the program.
/// Workers of pools come from the forkserver whatever is set.
TANDEM_EXPORT void set_start_method(start_method method) noexcept;
[[nodiscard]] TANDEM_EXPORT start_method default_start_method() noexcept;

} // namespace tandem

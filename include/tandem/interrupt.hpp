// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tandem/detail/export.hpp"

namespace tandem {

/// While it lives, Ctrl-C ends the work of this process's pools in order. It belongs into main(),
/// behind bootstrap().
///
/// The first SIGINT makes all pools stop handing out: tasks that run finish, results that are there
/// are kept, and everything else fails with `interrupted`, which says how many items were done; so
/// do calls made afterwards. The program goes on, catches that, and ends as it likes. The second
/// SIGINT has its default action: it ends the program and all its workers at once, for the shell
/// with exit status 130.
///
/// Without a guard the first SIGINT does so already: Tandem handles no signal by itself. Workers do
/// not get the Ctrl-C of a terminal, since they are in process groups of their own.
///
/// Sharing   one at a time in a process; it is process-wide.
/// Blocking  a call that waits for a pool notices the first SIGINT within a tenth of a second.
/// Errors    std::system_error if there is a guard already. A program that was started with SIGINT
///           ignored (nohup, `&` in a script) goes on to ignore it.
/// Source    SA_RESETHAND of sigaction(2).
class TANDEM_EXPORT interrupt_guard {
public:
    /// \throws std::system_error
    interrupt_guard();
    interrupt_guard(const interrupt_guard&) = delete;
    interrupt_guard& operator=(const interrupt_guard&) = delete;
    /// Gives SIGINT back the action that it had. Pools take calls again.
    ~interrupt_guard();

    /// True once the first SIGINT has come: for loops of the program's own.
    [[nodiscard]] bool stop_requested() const noexcept;
};

} // namespace tandem

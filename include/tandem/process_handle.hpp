// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tandem/detail/export.hpp"
#include "tandem/exit_status.hpp"

namespace tandem {

class process;

namespace runtime {
class started_process;
}

/// A process that this program has started: a copyable reference, which does not own it.
///
/// Sharing   any number of threads may use handles of one process. In a fork of the program they
///           refer to nothing: what waits or signals throws launch_error there.
/// Blocking  join() and join_for() wait.
/// Crash     whatever ends the process ends the wait. How it ended is not known if its forkserver
///           was killed too; see exit_status.
/// Errors    std::logic_error, launch_error as above.
class TANDEM_EXPORT process_handle {
public:
    /// Refers to no process.
    process_handle() noexcept;
    process_handle(const process_handle&) noexcept;
    process_handle(process_handle&&) noexcept;
    /// Copy from a process instead: an owner that is moved into a handle would own nothing.
    process_handle(process&&) = delete;
    process_handle& operator=(const process_handle&) noexcept;
    process_handle& operator=(process_handle&&) noexcept;
    ~process_handle();

    /// False if it refers to no process: default-constructed or moved from. All that follows needs
    /// one, and throws std::logic_error without.
    [[nodiscard]] bool valid() const noexcept { return process_ != nullptr; }

    /// Waits for the end of the process. May be called more than once. A child that waits for
    /// something of this program, or a stopped one, makes it wait for ever: see join_for().
    exit_status join() const;
    /// Waits for `limit` at most; nullopt if the process has not ended by then. That it has ended
    /// is known a moment before how, which is waited for.
    [[nodiscard]] std::optional<exit_status> join_for(std::chrono::nanoseconds limit) const;
    /// False once it has ended. Never waits.
    [[nodiscard]] bool running() const;

    /// Asks it to stop: sets what this_process::stop_requested() tells there. What comes of it is
    /// up to its function.
    void request_stop() const;
    /// SIGINT. Ctrl-C sends it to the program only: processes have groups of their own.
    void interrupt() const;
    /// SIGTERM.
    void terminate() const;
    /// SIGKILL, which cannot be caught. What is left of its process group is killed after its end,
    /// however it comes.
    void kill() const;

    /// Its process id. The number may belong to another process once this one has ended; nothing
    /// here can hit that one.
    [[nodiscard]] int id() const;
    [[nodiscard]] const std::string& name() const;
    /// As process_options::daemon says.
    [[nodiscard]] bool daemon() const;
    /// A descriptor (pidfd) that becomes readable when the process ends: for wait(), poll(2) or an
    /// event loop. Belongs to the library; valid as long as a handle is.
    [[nodiscard]] int sentinel() const;

    /// The same process, or none both.
    friend bool operator==(const process_handle&, const process_handle&) noexcept = default;

protected:
    explicit process_handle(std::shared_ptr<runtime::started_process> process) noexcept;
    [[nodiscard]] runtime::started_process& ref() const;
    [[nodiscard]] const std::shared_ptr<runtime::started_process>& shared() const noexcept {
        return process_;
    }
    void reset() noexcept;

private:
    friend TANDEM_EXPORT std::vector<process_handle> active_children();

    std::shared_ptr<runtime::started_process> process_;
};

/// The processes that this one has started and that have not ended, detached ones too, oldest
/// first. Workers of pools are not among them.
[[nodiscard]] TANDEM_EXPORT std::vector<process_handle> active_children();

} // namespace tandem

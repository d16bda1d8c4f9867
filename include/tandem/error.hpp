// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "tandem/detail/export.hpp"
#include "tandem/exit_status.hpp"

namespace tandem {

/// Base of the exceptions that Tandem throws.
class TANDEM_EXPORT error : public std::runtime_error {
public:
    explicit error(const std::string& message) : std::runtime_error{message} {}
    error(const error&) = default;
    error& operator=(const error&) = default;
    ~error() override;
};

/// A process could not be started. The message says which step failed and what to do about it.
class TANDEM_EXPORT launch_error : public error {
public:
    using error::error;
    ~launch_error() override;
};

/// mp::bootstrap() was not called before the first process was started.
class TANDEM_EXPORT bootstrap_error : public launch_error {
public:
    using launch_error::launch_error;
    ~bootstrap_error() override;
};

/// start_method::fork was asked for while further threads were running.
class TANDEM_EXPORT fork_refused : public launch_error {
public:
    using launch_error::launch_error;
    ~fork_refused() override;
};

/// The task was not run, because its pool was closed first.
class TANDEM_EXPORT cancelled : public error {
public:
    using error::error;
    ~cancelled() override;
};

/// Which task an error is about.
struct task_place {
    std::size_t index = 0;    // position of the item in its map; 0 for submit
    int pid = 0;              // process id of the worker
    std::string process = {}; // name of the process_result; empty for tasks of a pool
};

/// An exception left the callable of a task. The worker is alive and goes on with other tasks.
class TANDEM_EXPORT task_error : public error {
public:
    /// One exception: the name of its type as written in C++, and its what(), which is empty for a
    /// type that is not derived from std::exception.
    struct thrown {
        std::string type_name;
        std::string message;
    };

    /// `chain` holds the exception that left the callable and, behind it, those nested in it
    /// (std::throw_with_nested); it is not empty.
    task_error(task_place place, std::vector<thrown> chain);
    task_error(const task_error&) = default;
    task_error& operator=(const task_error&) = default;
    ~task_error() override;

    [[nodiscard]] const std::string& type_name() const noexcept { return chain_.front().type_name; }
    [[nodiscard]] const std::string& message() const noexcept { return chain_.front().message; }
    [[nodiscard]] const std::vector<thrown>& chain() const noexcept { return chain_; }
    [[nodiscard]] std::size_t index() const noexcept { return place_.index; }
    [[nodiscard]] int pid() const noexcept { return place_.pid; }

private:
    task_place place_;
    std::vector<thrown> chain_;
};

/// The worker that ran the task ended: a signal such as SIGSEGV or SIGKILL, or exit() in the task.
/// Only the item that was running is lost; the pool has replaced the worker.
class TANDEM_EXPORT worker_crashed : public error {
public:
    worker_crashed(task_place place, exit_status status);
    worker_crashed(const worker_crashed&) = default;
    worker_crashed& operator=(const worker_crashed&) = default;
    ~worker_crashed() override;

    [[nodiscard]] const exit_status& status() const noexcept { return status_; }
    [[nodiscard]] std::size_t index() const noexcept { return place_.index; }
    [[nodiscard]] int pid() const noexcept { return place_.pid; }

private:
    task_place place_;
    exit_status status_;
};

} // namespace tandem

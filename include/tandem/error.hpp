// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tandem/crash_report.hpp"
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

/// The initializer of a pool failed in each worker that was started, so that the pool has none. The
/// message holds its exception, or how the worker ended and what it wrote to standard error.
class TANDEM_EXPORT initializer_failed : public launch_error {
public:
    /// An exception left the initializer: what() in the words of a task_error.
    explicit initializer_failed(const std::string& thrown);
    /// The worker ended while it ran the initializer.
    explicit initializer_failed(crash_report report);
    initializer_failed(const initializer_failed&) = default;
    initializer_failed& operator=(const initializer_failed&) = default;
    ~initializer_failed() override;

    /// How the last worker ended; without content if an exception was the reason.
    [[nodiscard]] const crash_report& report() const noexcept { return *report_; }

private:
    std::shared_ptr<const crash_report> report_; // copies of the error share it
};

/// The task has no result because nobody wants it any more: it was cancelled, or its pool was
/// closed before it had finished.
class TANDEM_EXPORT cancelled : public error {
public:
    using error::error;
    ~cancelled() override;
};

/// The task has no result because the user interrupted the program (Ctrl-C).
class TANDEM_EXPORT interrupted : public cancelled {
public:
    using cancelled::cancelled;
    ~interrupted() override;
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

/// Base of the errors of a task whose worker ended or was ended while it ran the task. Only the
/// item that was running is lost; the pool has replaced the worker.
class TANDEM_EXPORT worker_lost : public error {
public:
    worker_lost(const worker_lost&) = default;
    worker_lost& operator=(const worker_lost&) = default;
    ~worker_lost() override;

    [[nodiscard]] std::size_t index() const noexcept { return place_.index; }
    [[nodiscard]] int pid() const noexcept { return place_.pid; }
    /// All that is known about the worker's end.
    [[nodiscard]] const crash_report& report() const noexcept { return *report_; }

    /// How the worker ended; usage().peak_rss_bytes is the most memory it had.
    [[nodiscard]] const exit_status& status() const noexcept { return report_->status; }
    /// The last 4 KiB that the worker wrote to standard error.
    [[nodiscard]] const std::string& stderr_tail() const noexcept { return report_->stderr_tail; }
    /// The calls that led to a crash, innermost first, where they are known.
    [[nodiscard]] const std::vector<stack_frame>& backtrace() const noexcept {
        return report_->backtrace;
    }
    /// True if the kernel killed the worker for want of memory.
    [[nodiscard]] bool out_of_memory() const noexcept { return report_->out_of_memory; }

protected:
    worker_lost(const std::string& message, task_place place, crash_report report);

private:
    task_place place_;
    std::shared_ptr<const crash_report> report_; // copies of the error share it
};

/// The worker that ran the task ended: a signal such as SIGSEGV or SIGKILL, or exit() in the task.
class TANDEM_EXPORT worker_crashed : public worker_lost {
public:
    worker_crashed(const task_place& place, const exit_status& status);
    worker_crashed(const task_place& place, crash_report report);
    worker_crashed(const worker_crashed&) = default;
    worker_crashed& operator=(const worker_crashed&) = default;
    ~worker_crashed() override;
};

/// The task ran longer than its `.timeout`, and its worker was ended.
class TANDEM_EXPORT task_timeout : public worker_lost {
public:
    task_timeout(const task_place& place, std::chrono::nanoseconds limit, crash_report report = {});
    task_timeout(const task_timeout&) = default;
    task_timeout& operator=(const task_timeout&) = default;
    ~task_timeout() override;

    [[nodiscard]] std::chrono::nanoseconds limit() const noexcept { return limit_; }

protected:
    task_timeout(const std::string& message, const task_place& place,
                 std::chrono::nanoseconds limit, crash_report report);

private:
    std::chrono::nanoseconds limit_;
};

/// The task used a processor for longer than its `.cpu_time`, and its worker was ended.
class TANDEM_EXPORT cpu_time_exceeded : public task_timeout {
public:
    cpu_time_exceeded(const task_place& place, std::chrono::nanoseconds limit,
                      crash_report report = {});
    cpu_time_exceeded(const cpu_time_exceeded&) = default;
    cpu_time_exceeded& operator=(const cpu_time_exceeded&) = default;
    ~cpu_time_exceeded() override;
};

/// The worker had more bytes resident than the task's `.memory`, and was killed.
class TANDEM_EXPORT memory_exceeded : public worker_lost {
public:
    /// In bytes.
    struct amounts {
        std::uint64_t limit = 0;
        std::uint64_t seen = 0; // what the worker had when it was found to have too much
    };

    memory_exceeded(const task_place& place, amounts bytes, crash_report report = {});
    memory_exceeded(const memory_exceeded&) = default;
    memory_exceeded& operator=(const memory_exceeded&) = default;
    ~memory_exceeded() override;

    [[nodiscard]] std::uint64_t limit() const noexcept { return bytes_.limit; }
    [[nodiscard]] std::uint64_t seen() const noexcept { return bytes_.seen; }

private:
    amounts bytes_;
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The way of the workers' standard output and error to those of this program.
//
// Threads   the pool's supervisor connects workers, begins, and buries them. A thread of its own,
//           which begins with the first output, reads and writes: it alone waits when this
//           program's output is blocked. Then it reads no more, the pipes fill, and the workers
//           wait; the supervisor goes on.
// Lock      guards all of `shared_state`. Never held while writing.
// Crash     what a worker wrote before its end is in its pipe: end_worker() reads it. A process
//           that the worker left behind and that holds the pipe is not waited for.
// Fork      a fork of this program has neither the thread nor the workers: it must not take a
//           forwarder apart.

#include <cstddef>
#include <memory>
#include <string>
#include <thread>

#include "launch/child_start.hpp"
#include "runtime/output_text.hpp"
#include "tandem/worker_output.hpp"

namespace tandem::runtime {

class output_forwarder {
    struct shared_state; // with the thread, which may outlast the forwarder
    struct worker_streams;

public:
    /// \throws launch_error
    explicit output_forwarder(worker_output mode);
    output_forwarder(const output_forwarder&) = delete;
    output_forwarder& operator=(const output_forwarder&) = delete;
    /// Writes out what is left, for a second at most: the program's output may be blocked for ever.
    ~output_forwarder();

    /// What one worker writes. Empty: nothing is known about it.
    class connection {
    public:
        connection() = default;
        /// What the worker is to write when a task is finished; all zero: nothing.
        [[nodiscard]] output_mark mark() const noexcept;

    private:
        friend output_forwarder;
        std::shared_ptr<worker_streams> streams_;
    };

    /// Gives a worker that is to be started its standard output and error.
    /// \throws launch_error
    [[nodiscard]] connection connect(launch::child_start& start);
    /// The worker has started as process `id`: from now on its output is forwarded.
    /// \throws launch_error
    void begin(const connection& worker, int id);
    /// The worker has ended, or is given up: forwards the rest, and returns the last that it wrote
    /// to standard error.
    [[nodiscard]] std::string end_worker(const connection& worker);

    /// A descriptor that is readable while there is output and no thread to forward it; -1 if there
    /// is nothing to be waited for.
    [[nodiscard]] int first_output() const noexcept;
    /// \throws std::bad_alloc
    void start_thread();

private:
    const worker_output mode_;
    os::unique_fd nowhere_;               // for what is discarded
    std::shared_ptr<shared_state> state_; // null: workers have the program's own streams
    std::thread thread_;
};

} // namespace tandem::runtime

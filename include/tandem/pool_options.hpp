// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "tandem/on_error.hpp"
#include "tandem/worker_output.hpp"

namespace tandem {

/// Where the workers of a pool run.
enum class backend {
    processes, ///< each in a process of its own: what a pool is for
    threads,   ///< threads of this process: for debuggers and sanitizers; a crash ends the program
    // NOLINTNEXTLINE(readability-identifier-naming): without the underscore it is a keyword
    inline_, ///< the thread that makes the call: submit() returns when the task is done
};

/// What a task needs of memory, as far as a pool should see to it.
class memory_need {
public:
    enum class kind { ignored, said, measured };

    /// The pool does not look at memory.
    constexpr memory_need() noexcept = default;
    /// So many bytes.
    constexpr memory_need(
        std::uint64_t bytes) noexcept // NOLINT(google-explicit-constructor): a value
        : kind_{kind::said}, bytes_{bytes} {}
    [[nodiscard]] static constexpr memory_need measured() noexcept {
        memory_need need;
        need.kind_ = kind::measured;
        return need;
    }

    [[nodiscard]] constexpr enum kind kind() const noexcept { return kind_; }
    [[nodiscard]] constexpr std::uint64_t bytes() const noexcept { return bytes_; }

private:
    enum kind kind_ = kind::ignored;
    std::uint64_t bytes_ = 0;
};

/// For pool_options::memory_per_task: the pool finds out by itself.
inline constexpr memory_need measure = memory_need::measured();

/// Options of a pool.
struct pool_options {
    /// Number of workers; 0: one per processor that this process may really use, usable_cpus().
    int processes = 0;
    /// How long the destructor, and whoever ends a worker early, lets it go on before it is killed.
    std::chrono::nanoseconds grace = std::chrono::seconds{1};
    /// A worker that has run so many items is replaced by a new one; 0: no limit. What a task leaks
    /// goes with its worker.
    std::size_t max_tasks_per_child = 0;
    /// A worker that has more bytes resident after a chunk is replaced by a new one; 0: no limit.
    std::uint64_t max_resident_bytes = 0;
    /// What a task needs of memory. The pool then runs only as many tasks at a time as the memory
    /// that is really available allows, one at least, and ends and repeats the youngest one when it
    /// becomes short all the same. Bytes, or mp::measure: learn it from the tasks, one at first.
    /// Items then go to workers one by one.
    memory_need memory_per_task{};
    /// What becomes of that which workers write to standard output and error.
    worker_output output = worker_output::lines;
    tandem::backend backend = backend::processes;
};

/// Options of a call, given to pool::with().
struct call_options {
    /// Items that travel together; 0: as many as take about 200 microseconds, fewer at the end.
    std::size_t chunk_size = 0;
    /// An item that runs longer is ended and fails with task_timeout; 0: no limit. The worker is
    /// asked first (SIGTERM) and killed after the pool's `grace`; it is replaced.
    std::chrono::nanoseconds timeout{0};
    /// As `timeout`, for the time that the item uses a processor.
    std::chrono::nanoseconds cpu_time{0};
    /// An item during which its worker has more bytes resident is killed and fails with
    /// memory_exceeded; 0: no limit. Looked at every 10 ms.
    std::uint64_t memory = 0;
    /// What to do about items that fail. A stream goes on after a failure in any case.
    error_policy on_error = on_error::stop;
    /// What imap() holds at most: items that it has pulled from its input range and whose results
    /// have not been read; 0: 65536. It pulls no more than the workers can use.
    std::size_t window = 0;
    /// The same in bytes, encoded; a result counts from when it is there. An item is pulled
    /// whatever its size if nothing is held.
    std::size_t window_bytes = std::size_t{64} << 20;
};

} // namespace tandem

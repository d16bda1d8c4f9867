// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "tandem/detail/call_job.hpp"
#include "tandem/detail/engine.hpp"
#include "tandem/error.hpp"

namespace tandem {

/// The result of a task that a pool runs, now or later. Move-only; get() takes the result out.
///
/// Sharing   one thread at a time; different futures of one pool may be waited for in different
///           threads.
/// Blocking  get() and wait() collect the pool's results while they wait, for all its tasks.
/// Crash     a worker that dies while it runs the task makes get() throw worker_crashed; the task
/// is
///           not run again.
/// Errors    task_error, worker_crashed; cancelled if the pool is destroyed before the task has
///           finished; launch_error if the pool cannot start workers.
template <class R>
class future {
public:
    future() = default;

    /// False for a future that was default-constructed, moved from, or whose result was taken.
    [[nodiscard]] bool valid() const noexcept { return job_ != nullptr; }

    /// True once the result or the error is there. Never waits.
    [[nodiscard]] bool ready() const noexcept { return job_->done(); }

    void wait() const { (void)engine_->wait(*job_, std::chrono::nanoseconds::max()); }

    /// Waits for `limit` at most; true if the future is ready then.
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds limit) const {
        return engine_->wait(*job_, limit);
    }

    /// Waits for the result and takes it, or throws the error of the task.
    R get() {
        wait();
        const auto job = std::exchange(job_, nullptr);
        engine_.reset();
        return job->take();
    }

private:
    friend class pool;
    friend class configured_pool;

    future(detail::engine engine, std::shared_ptr<detail::call_outcome<R>> job)
        : engine_{std::move(engine)}, job_{std::move(job)} {}

    std::optional<detail::engine> engine_;
    std::shared_ptr<detail::call_outcome<R>> job_;
};

} // namespace tandem

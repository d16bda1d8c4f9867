// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The engine of a pool without processes: backend::threads and backend::inline_.
//
// Threads   each worker is a thread; with inline_ there is one worker, and whoever hands a job over
//           runs it at once, as that worker: in add(), and in extend() for a job that grows.
// Lock      `mutex_` guards everything below it. It is not held while a task runs. `turn_` is held
//           by the thread that is the worker of an inline engine; recursive, since a task may use
//           the pool that runs it.
// Limits    what runs cannot be ended: cancel() and terminate() give its item an outcome, and
//           terminate() waits for it. Options that promise more are refused.
// Invariant every item has exactly one outcome: its result, its exception, cancelled or
//           interrupted.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "os/fork_generation.hpp"
#include "runtime/callback_thread.hpp"
#include "runtime/engine_base.hpp"
#include "runtime/local_job.hpp"
#include "runtime/local_store.hpp"
#include "runtime/local_worker.hpp"

namespace tandem::runtime {

class local_engine final : public engine_base {
public:
    /// \throws launch_error, std::invalid_argument
    local_engine(const pool_options& options, detail::parcel initializer);
    local_engine(const local_engine&) = delete;
    local_engine& operator=(const local_engine&) = delete;
    ~local_engine() override { local_engine::terminate(); }

    void add(const std::shared_ptr<detail::job>& job, const call_options& options) override;
    [[nodiscard]] bool wait(const detail::job& job, std::chrono::nanoseconds limit) override;
    void extend(detail::job& job, std::size_t count, bool last) override;
    [[nodiscard]] std::size_t appetite(const detail::job& job) override;
    void cancel(detail::job& job) noexcept override;
    void post(std::function<void()> callback) override { callbacks_.post(std::move(callback)); }
    [[nodiscard]] std::uint64_t share(std::vector<std::byte> bytes) override;
    void unshare(std::uint64_t id) noexcept override;
    [[nodiscard]] int processes() const noexcept override {
        return processes_.load(std::memory_order_relaxed); // a number
    }
    void resize(int processes) override;
    void close() override;
    [[nodiscard]] bool join_for(std::chrono::nanoseconds limit) override;
    void terminate() noexcept override;
    [[nodiscard]] bool is_ours() const noexcept override {
        return generation_ == os::fork_generation();
    }

private:
    using clock = local_job::clock;
    using unique_lock = std::unique_lock<std::mutex>;
    using job_map = std::map<std::uint64_t, local_job>;

    struct worker_thread {
        bool leaves = false; // the pool has become smaller
        bool ended = false;
        std::thread thread;
    };

    static constexpr std::chrono::milliseconds tick{100}; // how soon Ctrl-C is noticed

    // Workers.
    [[nodiscard]] static int number_of_threads(int asked);
    void start_threads();
    void start_thread();
    void work(worker_thread& self);
    [[nodiscard]] bool begin(unique_lock& lock, local_worker& worker);
    [[nodiscard]] bool renew(unique_lock& lock, local_worker& worker);
    void sleep(unique_lock& lock);
    void run_inline(std::uint64_t number);

    // Jobs.
    [[nodiscard]] job_map::iterator find(const detail::job& job) noexcept;
    [[nodiscard]] bool run_next(unique_lock& lock, local_worker& worker);
    [[nodiscard]] bool run_one_of(job_map::iterator job, unique_lock& lock, local_worker& worker);
    [[nodiscard]] local_task prepare(job_map::iterator job, std::size_t index) const;
    void settle(const local_task& task, const local_outcome& outcome) noexcept;
    void fail_item(job_map::iterator job, std::size_t index,
                   const std::exception_ptr& error) noexcept;
    void finish_if_done(job_map::iterator job) noexcept;
    void finish(job_map::iterator job) noexcept;
    void fail_all(const std::exception_ptr& error) noexcept;
    void heed_interrupt() noexcept;

    /// Waits until what changed_ tells of has made `is_reached()` true, for `limit` at most.
    template <class Condition>
    [[nodiscard]] bool wait_until(unique_lock& lock, std::chrono::nanoseconds limit,
                                  Condition is_reached) {
        const auto begun = clock::now();
        const bool for_ever = limit >= clock::time_point::max() - begun;
        const auto deadline = for_ever ? clock::time_point::max() : begun + limit;
        for (;;) {
            heed_interrupt();
            if (is_reached()) return true;
            const auto now = clock::now();
            if (now >= deadline) return false;
            changed_.wait_until(lock, std::min(deadline, now + tick));
        }
    }

    const unsigned generation_ = os::fork_generation();
    const pool_options options_;
    const bool inline_;
    const detail::parcel initializer_;
    std::atomic<int> processes_; // written under the lock
    callback_thread callbacks_;
    std::recursive_mutex turn_; // guards: inline_worker_
    std::unique_ptr<local_worker> inline_worker_;

    std::mutex mutex_;
    std::condition_variable work_;    // there is something to run, or a thread is to end
    std::condition_variable changed_; // an item has its outcome, or a thread has ended
    job_map jobs_;                    // by their numbers, oldest first
    std::uint64_t next_number_ = 0;
    std::list<worker_thread> threads_;
    shared_values shared_;
    bool closing_ = false;
    bool terminating_ = false;
    std::exception_ptr broken_; // why the pool takes no more jobs
};

} // namespace tandem::runtime

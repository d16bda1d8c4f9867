// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The engine of a pool: hands items to workers, puts results in their places, and survives whatever
// happens to a worker.
//
// Threads   a thread that waits for a job *leads*: it collects results and hands out tasks until
// its
//           job is done, and sleeps on the parent's bell in between. One thread leads at a time;
//           others that wait sleep on a condition variable. The supervisor thread watches for the
//           ends of workers, and leads while there is work and nobody waits for it.
// Lock      `mutex_` guards everything below it. It is held while spinning, so whoever else wants
// it
//           knocks first (knocking_), which ends the spinning.
// Errors    what is thrown while a thread leads (std::bad_alloc, as a rule) ends the jobs there
// are, with
//           that error; nothing refers to a caller's data afterwards, and the pool goes on.
// Invariant every item has exactly one outcome: its result, its exception, worker_crashed if its
//           worker ended while it ran, cancelled or launch_error if the pool ended before it ran.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "channel/worker_segment.hpp"
#include "os/event.hpp"
#include "os/fork_generation.hpp"
#include "runtime/job_entry.hpp"
#include "runtime/pool_worker.hpp"
#include "shm/spin_wait.hpp"
#include "tandem/error.hpp"
#include "tandem/exit_status.hpp"
#include "tandem/pool_options.hpp"

namespace tandem::runtime {

class pool_engine {
public:
    /// \throws launch_error, std::invalid_argument
    explicit pool_engine(const pool_options& options);
    pool_engine(const pool_engine&) = delete;
    pool_engine& operator=(const pool_engine&) = delete;
    ~pool_engine() { terminate(); }

    void add(const std::shared_ptr<detail::job>& job, std::size_t chunk_size);
    bool wait(const detail::job& job, std::chrono::nanoseconds limit);
    [[nodiscard]] int processes() const noexcept { return processes_; }
    void terminate() noexcept;
    /// False in a fork of the process that made it.
    [[nodiscard]] bool is_ours() const noexcept { return generation_ == os::fork_generation(); }

private:
    using clock = std::chrono::steady_clock;
    using unique_lock = std::unique_lock<std::mutex>;
    using worker_place = std::list<pool_worker>::iterator;

    enum class leader { none, caller, supervisor };

    [[nodiscard]] unique_lock enter() noexcept;

    // Collecting and handing out.
    bool pump();
    bool collect(pool_worker& worker);
    void settle(const item_outcome& outcome, int worker);
    void fail_item(job_entry& entry, std::size_t index, const std::exception_ptr& error) noexcept;
    void finish(job_entry& entry) noexcept;
    void drop(std::uint32_t number, const std::exception_ptr& error) noexcept;
    bool hand_out();
    bool assign_next(pool_worker& worker);
    void take_back_for_idle_worker();
    void requeue(job_entry& entry, item_range items);
    void dequeue(job_entry& entry) noexcept;
    [[nodiscard]] bool has_results();

    // Waiting.
    void take_the_lead(unique_lock& lock, const detail::job& job, clock::time_point deadline);
    void lead(unique_lock& lock, const detail::job& job, clock::time_point deadline);
    void sleep_until_bell(unique_lock& lock, clock::time_point deadline);
    [[nodiscard]] bool may_spin() const;
    [[nodiscard]] channel::parent_sleep prepare_sleep();

    // Watching over the workers.
    void supervise();
    void supervise_once(unique_lock& lock);
    [[nodiscard]] std::chrono::nanoseconds watch_limit();
    void lead_unattended(unique_lock& lock);
    void read_news(worker_place worker);
    void bury_after(const launch::child_process::news& news, worker_place worker);
    void bury_lost(worker_place worker);
    void start_missing_workers();
    void bury(worker_place worker, exit_status status, const std::string& why_not_ready);
    [[nodiscard]] static bool blame_repeated_deaths(const pool_worker& worker);
    void fail_crashed(job_entry& entry, const task_place& place, exit_status status);
    void note_failed_start(const std::string& reason);
    void look_after_workers(const std::vector<bool>& readable);
    void fail_all_jobs(const std::exception_ptr& error) noexcept;
    void give_up(const std::exception_ptr& error) noexcept;
    void stop_workers();

    const unsigned generation_ = os::fork_generation();
    const pool_options options_;
    const int processes_;
    const int spare_cpus_; // processors beside the one that the leader runs on
    channel::parent_bell bell_;
    os::event attention_; // raised to make the supervisor look
    std::atomic<int> knocking_{0};

    std::mutex mutex_;
    std::condition_variable changed_; // a job is done, or there is no leader any more
    std::list<pool_worker> workers_;
    std::unordered_map<std::uint32_t, job_entry> jobs_;
    std::deque<job_entry*> pending_; // those with items to hand out, oldest first
    std::uint32_t next_number_ = 0;
    encoder buffer_;
    shm::spin_wait spin_;
    leader leader_ = leader::none;
    bool leads_map_ = false; // what the leader waits for needs many results
    int waiting_ = 0;
    int failed_starts_ = 0; // in a row
    clock::time_point first_failed_start_;
    clock::time_point next_start_; // not before
    bool closing_ = false;
    bool abandoned_ = false; // workers do not end, not even by SIGKILL
    bool supervisor_sleeps_ = false;
    clock::time_point last_activity_; // as seen by the supervisor
    std::uint32_t last_number_ = 0;   // next_number_ at that time
    std::exception_ptr broken_;       // why the pool takes no more jobs

    std::thread supervisor_; // last: it uses all of the above
};

} // namespace tandem::runtime

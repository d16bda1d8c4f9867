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
// Invariant every item has exactly one outcome: its result, its exception, a worker_lost if its
//           worker ended or was ended while it ran, cancelled or launch_error if the pool ended
//           before it ran.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "channel/worker_segment.hpp"
#include "os/event.hpp"
#include "os/fork_generation.hpp"
#include "runtime/callback_thread.hpp"
#include "runtime/engine_base.hpp"
#include "runtime/job_entry.hpp"
#include "runtime/life_watch.hpp"
#include "runtime/memory_budget.hpp"
#include "runtime/memory_state.hpp"
#include "runtime/oom_watch.hpp"
#include "runtime/pool_worker.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/slot_budget.hpp"
#include "shm/spin_wait.hpp"
#include "tandem/error.hpp"
#include "tandem/exit_status.hpp"
#include "tandem/pool_options.hpp"

namespace tandem::runtime {

class pool_engine final : public engine_base {
public:
    /// \throws launch_error, std::invalid_argument
    explicit pool_engine(const pool_options& options, detail::parcel initializer = {});
    ~pool_engine() override { terminate(); }

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
    using clock = std::chrono::steady_clock;
    using unique_lock = std::unique_lock<std::mutex>;
    using worker_place = std::list<pool_worker>::iterator;

    /// What a worker's end is put down to.
    struct blame {
        job_entry* entry = nullptr; // null: nobody's, or that of a job that is over
        std::size_t index = 0;
        bool of_item = false; // of the first in flight; else of the whole job
        std::exception_ptr error;
    };
    enum class leader { none, caller, supervisor };

    [[nodiscard]] unique_lock enter() noexcept;

    // Collecting and handing out.
    bool pump();
    bool collect(pool_worker& worker);
    void settle(const item_outcome& outcome, int worker);
    void settle_initializer(const item_outcome& outcome, int worker);
    void fail_item(job_entry& entry, std::size_t index, const std::exception_ptr& error) noexcept;
    [[nodiscard]] bool retry_item(job_entry& entry, std::size_t index) noexcept;
    void count_failure(job_entry& entry, std::size_t index) noexcept;
    void end_job(job_entry& entry, const std::exception_ptr& error) noexcept;
    void finish(job_entry& entry) noexcept;
    bool hand_out();
    void heed_interrupt();
    bool assign_next(pool_worker& worker, job_entry& entry);
    void refuse_items(job_entry& entry, item_range items, const std::exception_ptr& error);
    [[nodiscard]] bool has_results();
    [[nodiscard]] job_entry* entry_of(const detail::job& job) noexcept;

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
    [[nodiscard]] bool is_watchful() const;
    [[nodiscard]] std::chrono::nanoseconds next_look() const;
    void lead_unattended(unique_lock& lock);
    void read_news(worker_place worker);
    void bury_after(const launch::child_process::news& news, worker_place worker);
    void bury_lost(worker_place worker);
    void start_missing_workers();
    void replace_ended_workers();
    void bury(worker_place worker, exit_status status, const std::string& why_not_ready);
    [[nodiscard]] static bool blame_repeated_deaths(const pool_worker& worker);
    [[nodiscard]] std::exception_ptr error_of(const pool_worker& worker, const job_entry& entry,
                                              std::size_t index, crash_report report) const;
    [[nodiscard]] blame find_blame(const pool_worker& worker);
    [[nodiscard]] std::exception_ptr error_of_start(const pool_worker& worker,
                                                    const std::string& why_not_ready) const;
    void note_failed_start(const std::exception_ptr& error);
    void look_after_workers(const std::vector<bool>& readable);
    void look_after_items();
    void enforce_limits(pool_worker& worker, clock::time_point now);
    void condemn(pool_worker& worker, verdict::cause why, std::uint64_t resident_bytes = 0);
    [[nodiscard]] static std::optional<memory_budget> budget_for(const memory_need& need);
    void admit_workers();
    void retire_workers();
    void fail_all_jobs(const std::exception_ptr& error) noexcept;
    void give_up(const std::exception_ptr& error) noexcept;
    void stop_workers();

    const unsigned generation_ = os::fork_generation();
    const pool_options options_;
    const detail::parcel initializer_;
    output_forwarder output_;
    pool_share share_; // guarded by mutex_
    const worker_supplies supplies_;
    std::atomic<int> processes_; // written under the lock
    const int spare_cpus_;       // processors beside the one that the leader runs on
    channel::parent_bell bell_;
    os::event attention_; // raised to make the supervisor look
    std::atomic<int> knocking_{0};

    std::mutex mutex_;
    std::condition_variable changed_; // a job is done, or there is no leader any more
    std::list<pool_worker> workers_;
    std::unordered_map<std::uint32_t, job_entry> jobs_;
    std::unordered_set<std::uint32_t> attended_; // jobs with limits, or whose items are tried again
    scheduler scheduler_;
    std::optional<memory_budget> memory_; // of pools that see to memory
    memory_gauge gauge_;
    std::uint32_t next_number_ = 0;
    shared_blobs blobs_;
    std::uint64_t next_blob_ = 1;
    encoder buffer_;
    shm::spin_wait spin_;
    leader leader_ = leader::none;
    bool leads_map_ = false; // what the leader waits for needs many results
    int waiting_ = 0;
    int failed_starts_ = 0;         // in a row
    std::string initializer_error_; // of the last worker whose initializer threw
    clock::time_point first_failed_start_;
    clock::time_point next_start_; // not before
    bool closed_ = false;          // no more jobs are taken
    bool closing_ = false;         // workers are to end
    bool terminated_ = false;
    bool abandoned_ = false; // workers do not end, not even by SIGKILL
    bool supervisor_sleeps_ = false;
    clock::time_point last_activity_; // as seen by the supervisor
    clock::time_point last_check_;    // of all workers' health
    std::uint32_t last_number_ = 0;   // next_number_ at that time
    std::exception_ptr broken_;       // why the pool takes no more jobs

    oom_watch kills_; // the supervisor's
    life_watch lives_{attention_};

    callback_thread callbacks_;
    std::thread supervisor_; // last: it uses all of the above
};

} // namespace tandem::runtime

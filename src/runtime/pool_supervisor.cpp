// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The half of the engine that starts workers, notices their ends, and ends them.

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "launch/to_exit_status.hpp"
#include "os/cpus.hpp"
#include "os/poll.hpp"
#include "os/signal_mask.hpp"
#include "runtime/cpu_budget.hpp"
#include "runtime/pool_engine.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

namespace {

constexpr int most_processes = 4096;
// When no worker can be started the pool gives up, but not for a shortage that passes.
constexpr int most_failed_starts = 3; // in a row, per worker: a lost forkserver fails all at once
constexpr std::chrono::milliseconds shortage_limit{500};
constexpr std::chrono::milliseconds longest_pause{250}; // between tries to start workers
constexpr int most_unblamed_deaths = 3;       // of workers that had items of a job ahead, in a row
constexpr std::chrono::milliseconds tick{10}; // how soon unattended work is noticed
constexpr std::chrono::milliseconds stay_awake{100}; // after the last job
constexpr std::chrono::milliseconds unattended_sleep{2};
constexpr std::chrono::milliseconds closing_tick{1};
constexpr std::chrono::seconds kill_limit{5}; // SIGKILL takes effect, unless the kernel is stuck

int number_of_processes(int asked) {
    if (asked < 0 || asked > most_processes)
        throw std::invalid_argument{"creating a pool: " + std::to_string(asked) +
                                    " processes; give 1 to " + std::to_string(most_processes) +
                                    ", or 0 for one per usable processor"};
    return asked == 0 ? usable_cpu_count() : asked;
}

template <class T>
T usable(os::result<T>&& made, const char* doing) {
    if (!made) throw launch_error{std::string{doing} + ": " + made.error().message()};
    return *std::move(made);
}

} // namespace

pool_engine::pool_engine(const pool_options& options)
    : options_{options},
      processes_{number_of_processes(options.processes)},
      spare_cpus_{usable_cpu_count() - 1},
      bell_{usable(channel::parent_bell::create(), "creating a pool's doorbell")},
      attention_{usable(os::event::create(), "creating a pool's event")} {
    for (int i = 0; i < processes_; ++i) workers_.push_back(pool_worker::start(bell_));
    const os::block_signals blocked;
    try {
        supervisor_ = std::thread{[this] { supervise(); }};
    } catch (const std::system_error& e) {
        throw launch_error{std::string{"starting a pool's supervisor thread: "} + e.what()};
    }
}

void pool_engine::supervise() {
    auto lock = enter();
    while (!abandoned_ && (!closing_ || !workers_.empty())) {
        try {
            supervise_once(lock);
        } catch (...) {
            if (!lock.owns_lock()) lock = enter();
            fail_all_jobs(std::current_exception());
        }
    }
    workers_.clear(); // closes the status sockets: the forkserver goes on killing
    changed_.notify_all();
}

void pool_engine::supervise_once(unique_lock& lock) {
    std::vector<int> watched{attention_.fd().get()};
    for (auto& worker : workers_) watched.push_back(worker.child().fd());
    const auto limit = watch_limit();
    supervisor_sleeps_ = limit == os::no_time_limit;
    lock.unlock();
    auto readable = os::wait_readable(watched, limit);
    if (!readable) { // no memory, or a limit of descriptors below their number: look at each
        std::this_thread::sleep_for(tick);
        readable = std::vector<bool>(watched.size(), true);
    }
    lock = enter();
    supervisor_sleeps_ = false;
    attention_.clear();
    look_after_workers(*readable);
    start_missing_workers();
    if (closing_) stop_workers();
    if (leader_ == leader::none && waiting_ == 0 && !jobs_.empty()) lead_unattended(lock);
}

void pool_engine::look_after_workers(const std::vector<bool>& readable) {
    // No other thread adds or removes workers, so these are the flags' workers, in order.
    auto worker = workers_.begin();
    for (std::size_t i = 1; i < readable.size(); ++i) {
        const auto current = worker++;
        if (readable[i])
            read_news(current);
        else if (current->is_overdue()) {
            current->child().give_up();
            bury(current, {}, "it did not start within ten seconds");
        }
    }
}

std::chrono::nanoseconds pool_engine::watch_limit() {
    if (closing_) return closing_tick;
    const bool is_short = workers_.size() < static_cast<std::size_t>(processes_);
    if (!jobs_.empty()) {
        const bool unattended = leader_ == leader::none && waiting_ == 0;
        return unattended ? std::chrono::nanoseconds{0} : tick;
    }
    // A program that calls one task after another should not have to wake us for each.
    const auto now = clock::now();
    if (std::exchange(last_number_, next_number_) != next_number_) last_activity_ = now;
    const bool is_starting = std::ranges::any_of(
        workers_, [](const pool_worker& worker) { return worker.child().id() == 0; });
    const bool stays_awake = now - last_activity_ < stay_awake;
    return (is_short && !broken_) || is_starting || stays_awake ? tick : os::no_time_limit;
}

void pool_engine::lead_unattended(unique_lock& lock) {
    leader_ = leader::supervisor;
    try {
        if (!pump() && !jobs_.empty()) sleep_until_bell(lock, clock::now() + unattended_sleep);
    } catch (...) {
        fail_all_jobs(std::current_exception());
    }
    leader_ = leader::none;
    if (waiting_ > 0) changed_.notify_all();
}

void pool_engine::read_news(worker_place worker) {
    while (const auto news = worker->child().read_news()) {
        if (news->what == launch::child_process::news::kind::started) continue;
        bury_after(*news, worker);
        bell_.bell().ring(); // a leader that sleeps has to look again
        return;              // the worker is gone
    }
}

void pool_engine::bury_after(const launch::child_process::news& news, worker_place worker) {
    using kind = launch::child_process::news::kind;
    if (news.what == kind::ended) {
        const auto status = launch::to_exit_status(news.end);
        bury(worker, status, "it ended before it was ready: " + status.describe());
    } else if (news.what == kind::failed) {
        bury(worker, {}, news.text);
    } else {
        bury_lost(worker);
    }
}

void pool_engine::bury_lost(worker_place worker) {
    std::string reason;
    try {
        reason = worker->child().describe_loss().text;
    } catch (const bootstrap_error& e) {
        bury(worker, {}, e.what());
        return give_up(std::current_exception()); // it would be the same again
    }
    bury(worker, {}, reason);
}

void pool_engine::bury(worker_place worker, exit_status status, const std::string& why_not_ready) {
    // Without word of its end it may run still, and must not go on with items that others get.
    worker->child().kill_and_wait();
    (void)collect(*worker); // what it has published counts
    const auto opening = worker->job_being_opened();
    const bool blamed = worker->died_in_item() || (!opening && blame_repeated_deaths(*worker));
    const bool was_ready = worker->was_ready() || blamed || opening;
    const auto id = worker->process_id();
    auto in_flight = worker->take_in_flight();
    workers_.erase(worker);
    std::optional<assignment> culprit;
    if (blamed) {
        auto& front = in_flight.front();
        culprit = front;
        ++front.items.first;
        --front.items.count;
    }
    for (auto& assigned : in_flight)
        if (assigned.entry != nullptr) requeue(*assigned.entry, assigned.items);
    if (culprit && culprit->entry != nullptr)
        fail_crashed(*culprit->entry, {culprit->items.first, id}, status);
    if (const auto opened = opening ? jobs_.find(*opening) : jobs_.end(); opened != jobs_.end())
        fail_crashed(opened->second, {opened->second.first_pending(), id}, status);
    if (closing_) return changed_.notify_all();
    if (was_ready)
        failed_starts_ = 0;
    else
        note_failed_start(why_not_ready);
    start_missing_workers();
    (void)pump();
}

bool pool_engine::blame_repeated_deaths(const pool_worker& worker) {
    if (worker.child().id() == 0) return false; // it never ran
    if (worker.in_flight().empty() || worker.in_flight().front().entry == nullptr) return false;
    return worker.in_flight().front().entry->count_unblamed_death() >= most_unblamed_deaths;
}

void pool_engine::fail_crashed(job_entry& entry, const task_place& place, exit_status status) {
    fail_item(entry, place.index, std::make_exception_ptr(worker_crashed{place, status}));
}

void pool_engine::note_failed_start(const std::string& reason) {
    const auto now = clock::now();
    if (failed_starts_++ == 0) first_failed_start_ = now;
    const auto pause = std::min(longest_pause, std::chrono::milliseconds{1} * failed_starts_);
    // At once as long as they may all have failed for one reason that is over.
    if (failed_starts_ > most_failed_starts * processes_) next_start_ = now + pause;
    const bool lasts = now - first_failed_start_ > shortage_limit;
    if (workers_.empty() && failed_starts_ >= most_failed_starts * processes_ && lasts)
        give_up(std::make_exception_ptr(launch_error{"starting a worker failed " +
                                                     std::to_string(failed_starts_) +
                                                     " times in a row; " + reason}));
}

void pool_engine::start_missing_workers() {
    while (!closing_ && !broken_ && workers_.size() < static_cast<std::size_t>(processes_)) {
        if (failed_starts_ > 0 && clock::now() < next_start_) return;
        try {
            workers_.push_back(pool_worker::start(bell_));
        } catch (const std::exception& e) {
            next_start_ = clock::now() + tick;
            note_failed_start(e.what());
        }
    }
}

void pool_engine::fail_all_jobs(const std::exception_ptr& error) noexcept {
    for (auto& worker : workers_) worker.forget_all();
    for (auto* entry : pending_) entry->set_queued(false);
    pending_.clear();
    while (!jobs_.empty()) {
        // The first item stands for all: a map reports its first failure.
        fail_item(jobs_.begin()->second, 0, error);
    }
    changed_.notify_all();
}

void pool_engine::give_up(const std::exception_ptr& error) noexcept {
    broken_ = error;
    fail_all_jobs(error);
}

void pool_engine::terminate() noexcept {
    auto lock = enter();
    if (closing_) return;
    closing_ = true;
    fail_all_jobs(std::make_exception_ptr(
        cancelled{"waiting for a task: its pool was closed before the task had finished"}));
    attention_.raise(); // the supervisor asks the workers to stop
    const auto all_ended = [&] { return workers_.empty(); };
    if (!changed_.wait_for(lock, options_.grace, all_ended)) {
        for (auto& worker : workers_) worker.child().kill();
        if (!changed_.wait_for(lock, kill_limit, all_ended)) abandoned_ = true;
    }
    lock.unlock();
    attention_.raise();
    if (supervisor_.joinable()) supervisor_.join();
}

void pool_engine::stop_workers() {
    for (auto& worker : workers_) {
        (void)collect(worker); // nobody wants the results, but the worker waits for room
        (void)worker.channel().flush();
        worker.send_stop();
        worker.channel().publish();
    }
}

} // namespace tandem::runtime

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The half of the engine that starts workers, notices their ends, and ends them.

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "os/cpus.hpp"
#include "os/poll.hpp"
#include "os/signal_mask.hpp"
#include "runtime/cpu_budget.hpp"
#include "runtime/pool_engine.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

namespace {

constexpr int most_processes = 4096;
constexpr int most_failed_starts = 3; // in a row, per worker: a lost forkserver fails all at once
constexpr std::chrono::milliseconds tick{10};        // how soon unattended work is noticed
constexpr std::chrono::milliseconds stay_awake{100}; // after the last job
constexpr std::chrono::milliseconds unattended_sleep{2};
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

exit_status to_exit_status(const os::child_end& end) {
    return end.signalled ? exit_status::killed_by(end.value, end.core_dumped)
                         : exit_status::exited(end.value);
}

} // namespace

pool_engine::pool_engine(const pool_options& options)
    : options_{options},
      processes_{number_of_processes(options.processes)},
      spare_cpus_{usable_cpu_count() - 1},
      bell_{usable(channel::parent_bell::create(), "creating a pool's doorbell")},
      attention_{usable(os::event::create(), "creating a pool's event")} {
    for (int i = 0; i < processes_; ++i) start_worker();
    const os::block_signals blocked;
    supervisor_ = std::thread{[this] { supervise(); }};
}

void pool_engine::start_worker() { workers_.push_back(pool_worker::start(bell_)); }

void pool_engine::supervise() {
    auto lock = enter();
    while (!closing_ || !workers_.empty()) {
        std::vector<int> watched{attention_.fd().get()};
        for (auto& worker : workers_) watched.push_back(worker.child().fd());
        const auto limit = watch_limit();
        supervisor_sleeps_ = limit == os::no_time_limit;
        lock.unlock();
        const auto readable = os::wait_readable(watched, limit);
        lock = enter();
        supervisor_sleeps_ = false;
        attention_.clear();
        if (!readable) continue; // ENOMEM: nothing to do but to try again
        // Nobody else adds or removes workers, so these are the flags' workers, in order.
        auto worker = workers_.begin();
        for (std::size_t i = 1; i < readable->size(); ++i) {
            const auto current = worker++;
            if ((*readable)[i])
                read_news(current);
            else if (current->is_overdue())
                bury(current, {});
        }
        if (leader_ == leader::none && waiting_ == 0 && !jobs_.empty()) lead_unattended(lock);
    }
}

std::chrono::nanoseconds pool_engine::watch_limit() {
    if (!jobs_.empty()) {
        const bool unattended = leader_ == leader::none && waiting_ == 0;
        return unattended ? std::chrono::nanoseconds{0} : tick;
    }
    // A program that calls one task after another should not have to wake us for each.
    const auto now = clock::now();
    if (std::exchange(last_number_, next_number_) != next_number_) last_activity_ = now;
    const bool is_starting =
        std::ranges::any_of(workers_, [](auto& worker) { return worker.child().id() == 0; });
    return is_starting || now - last_activity_ < stay_awake ? tick : os::no_time_limit;
}

void pool_engine::lead_unattended(unique_lock& lock) {
    leader_ = leader::supervisor;
    if (!pump() && !jobs_.empty()) sleep_until_bell(lock, clock::now() + unattended_sleep);
    leader_ = leader::none;
    if (waiting_ > 0) changed_.notify_all();
}

void pool_engine::read_news(worker_place worker) {
    using kind = launch::child_process::news::kind;
    while (const auto news = worker->child().read_news()) {
        switch (news->what) {
            case kind::started:
                continue;
            case kind::failed: {
                const auto reason = os::error_from(news->error).message();
                workers_.erase(worker);
                note_failed_start("the forkserver could not start it: " + reason);
                break;
            }
            case kind::ended:
                bury(worker, to_exit_status(news->end));
                break;
            case kind::lost:
                bury(worker, {});
                break;
        }
        bell_.bell().ring(); // a leader that sleeps has to look again
        return;              // the worker is gone
    }
}

void pool_engine::bury(worker_place worker, exit_status status) {
    (void)collect(*worker); // what it has published counts
    const bool in_item = worker->died_in_item();
    const bool was_ready = worker->channel().worker_process_id() != 0;
    const auto id = worker->process_id();
    auto in_flight = worker->take_in_flight();
    workers_.erase(worker);
    std::optional<assignment> culprit;
    if (in_item) {
        auto& front = in_flight.front();
        culprit = front;
        ++front.items.first;
        --front.items.count;
    }
    for (auto& assigned : in_flight)
        if (assigned.entry != nullptr) requeue(*assigned.entry, assigned.items);
    if (culprit && culprit->entry != nullptr) {
        const task_place place{culprit->items.first, id};
        fail_item(*culprit->entry, place.index,
                  std::make_exception_ptr(worker_crashed{place, status}));
    }
    if (closing_) return changed_.notify_all();
    if (was_ready) {
        failed_starts_ = 0;
        start_replacement();
    } else {
        note_failed_start("it ended before it was ready: " + status.describe());
    }
    (void)pump();
}

void pool_engine::note_failed_start(const std::string& reason) {
    if (closing_) return changed_.notify_all();
    if (++failed_starts_ < most_failed_starts * processes_) return start_replacement();
    give_up(std::make_exception_ptr(launch_error{
        "starting a worker failed " + std::to_string(failed_starts_) + " times in a row; " +
        reason + ". Is mp::bootstrap() the first line of main()?"}));
}

void pool_engine::start_replacement() {
    try {
        start_worker();
    } catch (const error& e) {
        note_failed_start(e.what());
    }
}

void pool_engine::fail_all_jobs(const std::exception_ptr& error) {
    for (auto& worker : workers_) worker.forget_all();
    while (!jobs_.empty()) {
        // The first item stands for all: a map reports its first failure.
        fail_item(jobs_.begin()->second, 0, error);
    }
}

void pool_engine::give_up(const std::exception_ptr& error) {
    broken_ = error;
    fail_all_jobs(error);
    changed_.notify_all();
}

void pool_engine::terminate() noexcept {
    auto lock = enter();
    if (closing_) return;
    closing_ = true;
    fail_all_jobs(std::make_exception_ptr(
        cancelled{"waiting for a task: its pool was closed before the task had finished"}));
    stop_workers(lock);
    lock.unlock();
    attention_.raise();
    if (supervisor_.joinable()) supervisor_.join();
}

void pool_engine::stop_workers(unique_lock& lock) {
    for (auto& worker : workers_)
        if (!worker.send_stop()) worker.child().kill();
    attention_.raise();
    const auto all_ended = [&] { return workers_.empty(); };
    if (changed_.wait_for(lock, options_.grace, all_ended)) return;
    for (auto& worker : workers_) worker.child().kill();
    if (changed_.wait_for(lock, kill_limit, all_ended)) return;
    workers_.clear(); // closes the status sockets: the forkserver goes on killing
}

} // namespace tandem::runtime

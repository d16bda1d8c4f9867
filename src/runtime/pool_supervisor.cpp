// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The half of the engine that starts workers, notices their ends, and ends them.

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "launch/to_exit_status.hpp"
#include "os/clock.hpp"
#include "os/cpus.hpp"
#include "os/poll.hpp"
#include "os/signal_mask.hpp"
#include "runtime/memory_state.hpp"
#include "runtime/pool_engine.hpp"
#include "runtime/thread_caps.hpp"
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
constexpr int sigkill = 9; // the same on all systems; only src/os includes the header of signals
constexpr std::chrono::seconds kill_limit{5}; // SIGKILL takes effect, unless the kernel is stuck

pool_share share_of(int asked) {
    if (asked < 0 || asked > most_processes)
        throw std::invalid_argument{"creating a pool: " + std::to_string(asked) +
                                    " processes; give 1 to " + std::to_string(most_processes) +
                                    ", or 0 for one per usable processor"};
    return share_for_pool(asked);
}

template <class T>
T usable(os::result<T>&& made, const char* doing) {
    if (!made) throw launch_error{std::string{doing} + ": " + made.error().message()};
    return *std::move(made);
}

} // namespace

pool_engine::pool_engine(const pool_options& options, detail::parcel initializer)
    : options_{options},
      initializer_{std::move(initializer)},
      output_{options.output},
      share_{share_of(options.processes)},
      supplies_{.initializer = &initializer_,
                .max_items = options.max_tasks_per_child,
                .max_resident_bytes = options.max_resident_bytes,
                .output = &output_,
                .library_threads = library_threads_for(share_.processes, share_.usable_cpus)},
      processes_{share_.processes},
      spare_cpus_{share_.usable_cpus - 1},
      bell_{usable(channel::parent_bell::create(), "creating a pool's doorbell")},
      attention_{usable(os::event::create(), "creating a pool's event")},
      memory_{budget_for(options.memory_per_task)} {
    for (int i = 0; i < processes(); ++i) workers_.push_back(pool_worker::start(bell_, supplies_));
    const os::block_signals blocked;
    try {
        supervisor_ = std::thread{[this] { supervise(); }};
    } catch (const std::system_error& e) {
        throw launch_error{std::string{"starting a pool's supervisor thread: "} + e.what()};
    }
}

void pool_engine::resize(int processes) {
    const auto lock = enter();
    share_.claim = {}; // what it has is free for it again
    share_ = share_of(processes);
    processes_.store(share_.processes, std::memory_order_relaxed); // see processes()
    attention_.raise();
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
    watched.push_back(output_.first_output());
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
    if (readable->back()) output_.start_thread();
    readable->pop_back();
    look_after_workers(*readable);
    kills_.look(clock::now());
    replace_ended_workers();
    look_after_items();
    retire_workers();
    start_missing_workers();
    closing_ = closing_ || (closed_ && jobs_.empty());
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
    if (closing_ || (closed_ && jobs_.empty())) return closing_tick;
    if (!jobs_.empty()) {
        const bool unattended = leader_ == leader::none && waiting_ == 0;
        return unattended ? std::chrono::nanoseconds{0} : next_look();
    }
    // A program that calls one task after another should not have to wake us for each.
    const auto now = clock::now();
    if (std::exchange(last_number_, next_number_) != next_number_) last_activity_ = now;
    const bool stays_awake = now - last_activity_ < stay_awake;
    return is_watchful() || stays_awake ? tick : os::no_time_limit;
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
        if (news->what == launch::child_process::news::kind::started) {
            worker->begin_output();
            lives_.add(worker->channel().life());
            continue;
        }
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
    if (worker->was_ready() && !closing_) { // its replacement first: an account takes time
        worker->retire();
        failed_starts_ = 0;
        start_missing_workers();
    }
    worker->note_end(status, status.signal() == sigkill && !worker->was_killed() &&
                                 kills_.take_kill(clock::now()));
    (void)collect(*worker); // what it has published counts, and what it has finished
    if (const auto* finished = worker->salvage()) settle(*finished, worker->process_id());
    const auto blamed = find_blame(*worker);
    const bool was_ready = worker->was_ready() || blamed.of_item;
    const auto start_error =
        was_ready ? std::exception_ptr{} : error_of_start(*worker, why_not_ready);
    auto in_flight = worker->take_in_flight();
    lives_.remove(*worker->channel().life());
    workers_.erase(worker);
    if (blamed.of_item) {
        ++in_flight.front().items.first;
        --in_flight.front().items.count;
    }
    for (auto& assigned : in_flight)
        if (assigned.entry != nullptr) scheduler_.requeue(*assigned.entry, assigned.items);
    if (blamed.entry != nullptr && blamed.of_item)
        fail_item(*blamed.entry, blamed.index, blamed.error);
    else if (blamed.entry != nullptr)
        end_job(*blamed.entry, blamed.error);
    if (closing_) return changed_.notify_all();
    if (was_ready)
        failed_starts_ = 0;
    else
        note_failed_start(start_error);
    start_missing_workers();
    (void)pump();
}

pool_engine::blame pool_engine::find_blame(const pool_worker& worker) {
    blame found;
    const bool innocent = worker.judgement() && !worker.died_by_verdict();
    if (worker.is_initializing() || innocent) return found;
    const auto opening = worker.job_being_opened();
    if (worker.died_in_item() || (!opening && blame_repeated_deaths(worker))) {
        const auto& front = worker.in_flight().front();
        found = {.entry = front.entry, .index = front.items.first, .of_item = true, .error = {}};
    } else if (const auto job = opening ? jobs_.find(*opening) : jobs_.end(); job != jobs_.end()) {
        if (job->second.count_unblamed_death() >= most_unblamed_deaths)
            found = {.entry = &job->second, .index = job->second.first_pending(), .error = {}};
    }
    if (found.entry != nullptr)
        found.error = error_of(worker, *found.entry, found.index, worker.report());
    return found;
}

/// Why a worker that ended never came to its first task.
std::exception_ptr pool_engine::error_of_start(const pool_worker& worker,
                                               const std::string& why_not_ready) const {
    if (worker.initializer_has_failed())
        return std::make_exception_ptr(initializer_failed{initializer_error_});
    if (worker.is_initializing())
        return std::make_exception_ptr(initializer_failed{worker.report()});
    return std::make_exception_ptr(launch_error{"starting a worker failed " +
                                                std::to_string(failed_starts_ + 1) +
                                                " times in a row; " + why_not_ready});
}

bool pool_engine::blame_repeated_deaths(const pool_worker& worker) {
    if (worker.child().id() == 0) return false; // it never ran
    if (worker.in_flight().empty() || worker.in_flight().front().entry == nullptr) return false;
    return worker.in_flight().front().entry->count_unblamed_death() >= most_unblamed_deaths;
}

std::exception_ptr pool_engine::error_of(const pool_worker& worker, const job_entry& entry,
                                         std::size_t index, crash_report report) const {
    const task_place place{entry.job().position(index), worker.process_id()};
    if (worker.died_by_verdict())
        return worker.judgement()->error(entry.options(), place, std::move(report));
    return std::make_exception_ptr(worker_crashed{place, std::move(report)});
}

void pool_engine::note_failed_start(const std::exception_ptr& error) {
    const auto now = clock::now();
    if (failed_starts_++ == 0) first_failed_start_ = now;
    const auto pause = std::min(longest_pause, std::chrono::milliseconds{1} * failed_starts_);
    // At once as long as they may all have failed for one reason that is over.
    if (failed_starts_ > most_failed_starts * processes()) next_start_ = now + pause;
    const bool lasts = now - first_failed_start_ > shortage_limit;
    if (workers_.empty() && failed_starts_ >= most_failed_starts * processes() && lasts)
        give_up(error);
}

void pool_engine::start_missing_workers() {
    const auto is_missing = [this] {
        const auto staying = std::ranges::count_if(
            workers_, [](const pool_worker& worker) { return !worker.is_retiring(); });
        return staying < processes();
    };
    while (!closing_ && !broken_ && is_missing()) {
        if (failed_starts_ > 0 && clock::now() < next_start_) return;
        try {
            workers_.push_back(pool_worker::start(bell_, supplies_));
            if (memory_) workers_.back().admit(false); // until admit_workers() says otherwise
        } catch (const std::exception& e) {
            next_start_ = clock::now() + tick;
            note_failed_start(std::make_exception_ptr(
                launch_error{"starting a worker failed " + std::to_string(failed_starts_ + 1) +
                             " times in a row; " + e.what()}));
        }
    }
}

/// The end of a worker is reported when the kernel has taken its memory back, which takes a while
/// for a big one; what it has not begun does not wait for that.
void pool_engine::replace_ended_workers() {
    bool any = false;
    for (auto& worker : workers_) {
        if (closing_ || !worker.has_ended() || !worker.was_ready()) continue;
        any = any || !worker.is_retiring();
        worker.retire();
        worker.kill_rest(clock::now());
        (void)collect(worker);
        while (const auto returned = worker.return_newest())
            if (returned->entry != nullptr) scheduler_.requeue(*returned->entry, returned->items);
    }
    if (!any) return;
    start_missing_workers();
    if (hand_out()) bell_.bell().ring(); // a leader that sleeps has to look at more workers
}

void pool_engine::fail_all_jobs(const std::exception_ptr& error) noexcept {
    for (auto& worker : workers_) worker.forget_all();
    scheduler_.clear();
    while (!jobs_.empty()) end_job(jobs_.begin()->second, error);
    changed_.notify_all();
}

void pool_engine::give_up(const std::exception_ptr& error) noexcept {
    broken_ = error;
    fail_all_jobs(error);
}

void pool_engine::terminate() noexcept {
    auto lock = enter();
    if (terminated_) return;
    terminated_ = closed_ = closing_ = true;
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
    if (!callbacks_.runs_here()) callbacks_.finish();
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

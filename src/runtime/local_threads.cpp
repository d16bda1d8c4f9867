// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The half of the engine that starts workers and ends them; local_engine.cpp has the half that runs
// jobs.

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "runtime/cpu_budget.hpp"
#include "runtime/local_engine.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

namespace {

constexpr int most_threads = 4096;
constexpr int most_tries = 3; // of an initializer

} // namespace

int local_engine::number_of_threads(int asked) {
    if (asked < 0 || asked > most_threads)
        throw std::invalid_argument{"setting the size of a pool: " + std::to_string(asked) +
                                    " workers; give 1 to " + std::to_string(most_threads) +
                                    ", or 0 for one per usable processor"};
    return asked == 0 ? usable_cpu_count() : asked;
}

void local_engine::start_threads() {
    const std::lock_guard lock{mutex_};
    const auto stays = [](const worker_thread& worker) { return !worker.leaves; };
    if (closing_) return;
    auto missing = processes() - std::ranges::count_if(threads_, stays);
    for (; missing > 0; --missing) start_thread();
}

void local_engine::start_thread() {
    auto& added = threads_.emplace_back();
    try {
        added.thread = std::thread{[this, &added] { work(added); }};
    } catch (const std::system_error& e) {
        threads_.pop_back();
        throw launch_error{std::string{"starting a thread of a pool: "} + e.what()};
    }
}

void local_engine::work(worker_thread& self) {
    local_worker worker;
    unique_lock lock{mutex_};
    bool usable = begin(lock, worker);
    while (usable && !self.leaves && !terminating_ && !broken_) {
        heed_interrupt();
        if (run_next(lock, worker))
            usable = renew(lock, worker);
        else if (closing_ && jobs_.empty())
            break;
        else
            sleep(lock);
    }
    lock.unlock();
    worker.end();
    lock.lock();
    self.ended = true;
    changed_.notify_all();
}

bool local_engine::begin(unique_lock& lock, local_worker& worker) {
    std::exception_ptr error;
    for (int tries = 0; tries < most_tries && !terminating_; ++tries) {
        lock.unlock();
        try {
            worker.begin(initializer_);
            error = nullptr;
        } catch (...) {
            error = std::current_exception();
        }
        lock.lock();
        if (!error) return true;
    }
    if (!error) return false; // the pool ends
    if (!broken_) broken_ = error;
    fail_all(error);
    work_.notify_all();
    return false;
}

bool local_engine::renew(unique_lock& lock, local_worker& worker) {
    const auto most = options_.max_tasks_per_child;
    if (most == 0 || worker.items_run() < most || worker.is_running()) return true;
    lock.unlock();
    worker.end();
    lock.lock();
    return begin(lock, worker);
}

void local_engine::sleep(unique_lock& lock) {
    std::optional<clock::time_point> first;
    for (const auto& [number, entry] : jobs_)
        if (const auto next = entry.next_retry(); next && (!first || *next < *first)) first = next;
    if (first)
        work_.wait_until(lock, *first);
    else
        work_.wait(lock);
}

void local_engine::run_inline(std::uint64_t number) {
    const std::lock_guard turn{turn_};
    unique_lock lock{mutex_};
    if (!inline_worker_) {
        inline_worker_ = std::make_unique<local_worker>();
        if (!begin(lock, *inline_worker_)) return;
    }
    for (;;) {
        heed_interrupt();
        const auto job = jobs_.find(number);
        if (job == jobs_.end()) return;
        if (run_one_of(job, lock, *inline_worker_)) {
            if (!renew(lock, *inline_worker_)) return;
            continue;
        }
        const auto retry = job->second.next_retry();
        if (!retry) return; // it grows, or another thread has cancelled it
        work_.wait_until(lock, std::min(*retry, clock::now() + tick));
    }
}

void local_engine::resize(int processes) {
    const auto wanted = number_of_threads(processes);
    if (inline_) return;
    std::list<worker_thread> ended;
    {
        const std::lock_guard lock{mutex_};
        if (closing_) return;
        auto surplus = this->processes() - wanted;
        processes_.store(wanted, std::memory_order_relaxed); // a number
        for (auto worker = threads_.begin(); worker != threads_.end();) {
            const auto current = worker++;
            if (!current->leaves && surplus-- > 0) current->leaves = true;
            if (current->ended) ended.splice(ended.end(), threads_, current);
        }
        work_.notify_all();
    }
    for (auto& worker : ended) worker.thread.join();
    start_threads();
}

void local_engine::close() {
    const std::lock_guard lock{mutex_};
    closing_ = true;
    work_.notify_all();
}

bool local_engine::join_for(std::chrono::nanoseconds limit) {
    unique_lock lock{mutex_};
    return wait_until(lock, limit, [this] {
        return jobs_.empty() && std::ranges::all_of(threads_, &worker_thread::ended);
    });
}

void local_engine::terminate() noexcept {
    {
        const std::lock_guard lock{mutex_};
        if (std::exchange(terminating_, true)) return;
        closing_ = true;
        fail_all(std::make_exception_ptr(
            cancelled{"waiting for a task: its pool was closed before the task had finished"}));
        work_.notify_all();
    }
    for (auto& worker : threads_) worker.thread.join(); // after closing nobody adds one
    const std::lock_guard turn{turn_};
    if (inline_worker_) inline_worker_->end();
    if (!callbacks_.runs_here()) callbacks_.finish();
}

} // namespace tandem::runtime

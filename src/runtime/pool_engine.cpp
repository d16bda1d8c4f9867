// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The half of the engine that moves items and results, and the threads that wait for them.
// pool_supervisor.cpp has the half that watches over the workers.

#include "runtime/pool_engine.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "runtime/exception_chain.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

namespace {

constexpr std::chrono::milliseconds longest_sleep{100}; // a lost ring costs that much
constexpr std::size_t plenty = 16; // tasks ahead, so that a worker need not ring for each result

} // namespace

pool_engine::unique_lock pool_engine::enter() noexcept {
    knocking_.fetch_add(1, std::memory_order_relaxed); // a hint to a thread that spins
    unique_lock lock{mutex_};
    knocking_.fetch_sub(1, std::memory_order_relaxed); // as above
    return lock;
}

void pool_engine::add(const std::shared_ptr<detail::job>& job, std::size_t chunk_size) {
    const auto lock = enter();
    if (closing_ || broken_) {
        job->fail(
            0, broken_ ? broken_
                       : std::make_exception_ptr(cancelled{"running a task: its pool is closed"}));
        return job->set_done();
    }
    if (job->size() == 0) return job->set_done();
    while (jobs_.contains(next_number_)) ++next_number_; // after 2^32 jobs, past those that last
    const auto number = next_number_++;
    auto& entry = jobs_.try_emplace(number, job, number, chunk_size).first->second;
    try {
        pending_.push_back(&entry);
        entry.set_queued(true);
        (void)pump();
    } catch (...) {
        drop(number, std::current_exception());
    }
    if (std::exchange(supervisor_sleeps_, false)) attention_.raise();
}

bool pool_engine::wait(const detail::job& job, std::chrono::nanoseconds limit) {
    if (job.done()) return true;
    const auto now = clock::now();
    const auto deadline =
        limit < clock::time_point::max() - now ? now + limit : clock::time_point::max();
    auto lock = enter();
    ++waiting_;
    while (!job.done() && (deadline == clock::time_point::max() || clock::now() < deadline)) {
        if (leader_ == leader::none) {
            take_the_lead(lock, job, deadline);
        } else {
            if (leader_ == leader::supervisor) bell_.bell().wake(); // it leaves to whoever waits
            changed_.wait_until(lock, std::min(deadline, clock::now() + longest_sleep));
        }
    }
    --waiting_;
    return job.done();
}

void pool_engine::take_the_lead(unique_lock& lock, const detail::job& job,
                                clock::time_point deadline) {
    leader_ = leader::caller;
    leads_map_ = job.kind() == detail::thunk_kind::job;
    try {
        lead(lock, job, deadline);
    } catch (...) {
        fail_all_jobs(std::current_exception());
    }
    leader_ = leader::none;
    leads_map_ = false;
    changed_.notify_all();
}

void pool_engine::lead(unique_lock& lock, const detail::job& job, clock::time_point deadline) {
    while (!job.done()) {
        if (pump()) continue;
        if (deadline != clock::time_point::max() && clock::now() >= deadline) return;
        // Relaxed: a hint; whoever knocks waits for the lock.
        const auto knock = [&] { return knocking_.load(std::memory_order_relaxed) > 0; };
        if (knock()) {
            lock.unlock();
            std::this_thread::yield();
            lock.lock();
            continue;
        }
        if (may_spin() && spin_.spin([&] { return has_results() || knock(); })) continue;
        sleep_until_bell(lock, deadline);
    }
}

bool pool_engine::may_spin() const {
    const auto busy = std::ranges::count_if(
        workers_, [](const pool_worker& worker) { return !worker.in_flight().empty(); });
    return busy <= spare_cpus_;
}

channel::parent_sleep pool_engine::prepare_sleep() {
    const bool all_have_plenty = std::ranges::all_of(workers_, [](const pool_worker& worker) {
        return worker.in_flight().empty() || worker.in_flight().size() >= plenty;
    });
    if (waiting_ != 1 || !leads_map_ || !all_have_plenty) return channel::parent_sleep::any_result;
    for (auto& worker : workers_)
        worker.channel().set_low_water(worker.channel().task_backlog() / 2);
    return channel::parent_sleep::low_water;
}

void pool_engine::sleep_until_bell(unique_lock& lock, clock::time_point deadline) {
    const auto depth = static_cast<std::uint32_t>(prepare_sleep());
    auto& bell = bell_.bell();
    bell.prepare(depth);
    if (has_results()) return bell.cancel();
    std::chrono::nanoseconds limit = longest_sleep;
    if (deadline != clock::time_point::max()) {
        const auto left = std::chrono::nanoseconds{deadline - clock::now()};
        limit = std::clamp(left, std::chrono::nanoseconds{0}, limit);
    }
    lock.unlock();
    bell.wait(depth, limit);
    lock.lock();
}

bool pool_engine::has_results() {
    return std::ranges::any_of(workers_,
                               [](pool_worker& worker) { return worker.channel().has_results(); });
}

bool pool_engine::pump() {
    bool progress = false;
    for (auto& worker : workers_) progress = collect(worker) || progress;
    return hand_out() || progress;
}

bool pool_engine::collect(pool_worker& worker) {
    bool any = false;
    while (const auto outcome = worker.next_outcome()) {
        any = true;
        settle(*outcome, worker.process_id());
    }
    worker.channel().release_results();
    if (any && worker.in_flight().empty() && !pending_.empty()) worker.deepen();
    if (worker.broken()) worker.child().kill(); // its end is handled like any other
    return any;
}

void pool_engine::settle(const item_outcome& outcome, int worker) {
    if (outcome.entry == nullptr) return;
    auto& entry = *outcome.entry;
    if (outcome.completed_chunk > 0)
        entry.learn_time(outcome.completed_chunk, outcome.result.nanoseconds);
    if (outcome.result.lost)
        return fail_item(entry, outcome.index, std::make_exception_ptr(std::bad_alloc{}));
    decoder body{outcome.result.body};
    if (outcome.result.kind != wire::result_kind::value) {
        const auto error = decode_task_error(body, {outcome.index, worker});
        return fail_item(entry, outcome.index, error);
    }
    try {
        entry.job().accept(outcome.index, body);
    } catch (...) {
        return fail_item(entry, outcome.index, std::current_exception());
    }
    if (outcome.index >= entry.limit()) return;
    entry.count_outcome();
    if (entry.finished()) finish(entry);
}

void pool_engine::fail_item(job_entry& entry, std::size_t index,
                            const std::exception_ptr& error) noexcept {
    entry.job().fail(index, error);
    if (index >= entry.limit()) return;
    std::size_t in_flight = 0;
    for (const auto& worker : workers_)
        for (const auto& assigned : worker.in_flight())
            if (assigned.entry == &entry) in_flight += assigned.count_below(index);
    entry.fail_at(index, in_flight);
    if (!entry.has_pending()) dequeue(entry);
    if (entry.finished()) finish(entry);
}

void pool_engine::drop(std::uint32_t number, const std::exception_ptr& error) noexcept {
    const auto found = jobs_.find(number);
    if (found == jobs_.end()) return; // it has finished meanwhile
    for (auto& worker : workers_) worker.forget(found->second);
    fail_item(found->second, 0, error);
}

void pool_engine::finish(job_entry& entry) noexcept {
    dequeue(entry);
    // A call has no items left when it is finished, so there is nothing that a worker could forget.
    if (entry.job().kind() == detail::thunk_kind::job)
        for (auto& worker : workers_) worker.forget(entry);
    entry.job().set_done();
    jobs_.erase(entry.number());
    if (waiting_ > 1 || leader_ == leader::supervisor) changed_.notify_all();
    bell_.bell().ring(); // this may not be the thread that leads, and sleeps until the job is done
}

void pool_engine::requeue(job_entry& entry, item_range items) {
    entry.give_back(items);
    if (entry.queued() || !entry.has_pending()) return;
    entry.set_queued(true);
    pending_.push_front(&entry);
}

void pool_engine::dequeue(job_entry& entry) noexcept {
    if (!entry.queued()) return;
    entry.set_queued(false);
    // Nearly always the one that items are handed out of.
    if (pending_.front() == &entry)
        pending_.pop_front();
    else
        std::erase(pending_, &entry);
}

bool pool_engine::hand_out() {
    bool progress = false;
    for (auto& worker : workers_) progress = worker.channel().flush() || progress;
    for (auto& worker : workers_) // who has nothing to do comes first
        if (!pending_.empty() && worker.in_flight().empty() && worker.wants_task())
            progress = assign_next(worker) || progress;
    for (bool more = true; more && !pending_.empty();) {
        more = false;
        for (auto& worker : workers_)
            if (!pending_.empty() && worker.wants_task()) more = assign_next(worker) || more;
        progress = progress || more;
    }
    if (pending_.empty()) take_back_for_idle_worker();
    for (auto& worker : workers_) worker.channel().publish();
    return progress;
}

bool pool_engine::assign_next(pool_worker& worker) {
    auto& entry = *pending_.front();
    const auto items = entry.take_chunk(workers_.size());
    if (!entry.has_pending()) dequeue(entry);
    try {
        const bool assigned = worker.assign(entry, items, buffer_);
        if (buffer_.size() > channel::ring_bytes) buffer_ = encoder{}; // keep no big task's memory
        if (!assigned) requeue(entry, items);
        return assigned;
    } catch (...) {
        fail_item(entry, items.first, std::current_exception());
        return true;
    }
}

void pool_engine::take_back_for_idle_worker() {
    for (auto& idle : workers_) {
        if (!idle.in_flight().empty() || !idle.wants_task()) continue;
        const auto load = [](const pool_worker& worker) { return worker.in_flight().size(); };
        const auto busiest = std::ranges::max_element(workers_, {}, load);
        if (load(*busiest) < 2) return;
        for (auto left = load(*busiest) / 2; left > 0; --left) {
            const auto taken = busiest->revoke_newest();
            if (!taken) break;
            if (taken->entry != nullptr) requeue(*taken->entry, taken->items);
        }
        while (!pending_.empty() && idle.wants_task() && assign_next(idle)) {}
    }
}

} // namespace tandem::runtime

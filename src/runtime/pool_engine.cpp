// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The half of the engine that moves items and results, and the threads that wait for them.
// pool_supervisor.cpp has the half that watches over the workers.

#include "runtime/pool_engine.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "runtime/exception_chain.hpp"
#include "runtime/interruption.hpp"
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

void pool_engine::add(const std::shared_ptr<detail::job>& job, const call_options& options) {
    const auto lock = enter();
    if (closed_ || broken_) {
        job->fail(detail::job::all_items,
                  broken_
                      ? broken_
                      : std::make_exception_ptr(cancelled{"running a task: its pool is closed"}));
        return job->set_done();
    }
    if (job->size() == 0 && !job->grows()) return job->set_done();
    while (jobs_.contains(next_number_)) ++next_number_; // after 2^32 jobs, past those that last
    const auto number = next_number_++;
    job->set_number(number);
    auto& entry = jobs_.try_emplace(number, job, number, options).first->second;
    try {
        if (entry.needs_attention()) attended_.insert(number);
        if (entry.has_pending()) scheduler_.enqueue(entry);
        admit_workers();
        (void)pump();
    } catch (...) {
        if (auto* added = entry_of(*job)) end_job(*added, std::current_exception());
    }
    if (std::exchange(supervisor_sleeps_, false)) attention_.raise();
}

void pool_engine::extend(detail::job& job, std::size_t count, bool last) {
    const auto lock = enter();
    auto* entry = entry_of(job);
    if (entry == nullptr) return; // it has ended
    entry->extend(count, last);
    if (entry->finished()) return finish(*entry);
    try {
        if (entry->has_pending()) scheduler_.enqueue(*entry);
        (void)hand_out();
    } catch (...) {
        if (auto* extended = entry_of(job)) end_job(*extended, std::current_exception());
    }
}

std::size_t pool_engine::appetite(const detail::job& job) {
    const auto lock = enter();
    const auto* entry = entry_of(job);
    return entry == nullptr ? 0 : entry->appetite(static_cast<std::size_t>(processes()));
}

void pool_engine::cancel(detail::job& job) noexcept {
    const auto lock = enter();
    auto* entry = entry_of(job);
    if (entry == nullptr) return;
    for (auto& worker : workers_) {
        if (!worker.is_at(*entry)) continue;
        worker.forget(*entry);
        if (worker.runs_forgotten()) condemn(worker, verdict::cause::cancelled);
    }
    end_job(*entry, std::make_exception_ptr(cancelled{"waiting for a task: it was cancelled"}));
    attention_.raise(); // the supervisor sees to the workers
}

std::uint64_t pool_engine::share(std::vector<std::byte> bytes) {
    const auto lock = enter();
    blobs_.emplace(next_blob_, std::move(bytes));
    return next_blob_++;
}

void pool_engine::unshare(std::uint64_t id) noexcept {
    const auto lock = enter();
    if (blobs_.erase(id) == 0) return;
    for (auto& worker : workers_) worker.withdraw(id);
}

job_entry* pool_engine::entry_of(const detail::job& job) noexcept {
    const auto found = jobs_.find(job.number());
    return found == jobs_.end() || &found->second.job() != &job ? nullptr : &found->second;
}

bool pool_engine::wait(const detail::job& job, std::chrono::nanoseconds limit) {
    if (job.done()) return true;
    const auto now = clock::now();
    const auto deadline =
        limit < clock::time_point::max() - now ? now + limit : clock::time_point::max();
    auto lock = enter();
    ++waiting_;
    while (!job.satisfied() && (deadline == clock::time_point::max() || clock::now() < deadline)) {
        if (leader_ == leader::none) {
            take_the_lead(lock, job, deadline);
        } else {
            if (leader_ == leader::supervisor) bell_.bell().wake(); // it leaves to whoever waits
            changed_.wait_until(lock, std::min(deadline, clock::now() + longest_sleep));
        }
    }
    --waiting_;
    return job.satisfied();
}

void pool_engine::take_the_lead(unique_lock& lock, const detail::job& job,
                                clock::time_point deadline) {
    leader_ = leader::caller;
    leads_map_ = job.kind() == detail::thunk_kind::job && !job.grows();
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
    while (!job.satisfied()) {
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
        return worker.task_count() == 0 || worker.task_count() >= plenty;
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
    if (memory_ && progress) admit_workers();
    return hand_out() || progress;
}

bool pool_engine::collect(pool_worker& worker) {
    bool any = false;
    while (const auto* outcome = worker.next_outcome()) {
        any = true;
        settle(*outcome, worker.process_id());
    }
    worker.channel().release_results();
    if (any && memory_)
        if (const auto peak = worker.peak_held()) memory_->learn(*peak);
    if (any && worker.in_flight().empty() && !scheduler_.empty()) worker.deepen();
    if (worker.broken()) worker.child().kill(); // its end is handled like any other
    return any;
}

void pool_engine::settle(const item_outcome& outcome, int worker) {
    if (outcome.of_initializer) return settle_initializer(outcome, worker);
    if (outcome.entry == nullptr) return;
    auto& entry = *outcome.entry;
    const auto first = outcome.items.first;
    if (outcome.completed_chunk > 0)
        entry.learn_time(outcome.completed_chunk, outcome.result->nanoseconds);
    if (outcome.result->lost)
        return fail_item(entry, first, std::make_exception_ptr(std::bad_alloc{}));
    decoder body{outcome.result->body};
    body.find_descriptors(outcome.descriptors);
    if (outcome.result->kind == wire::result_kind::error) {
        const auto error = decode_task_error(body, {entry.job().position(first), worker});
        return fail_item(entry, first, error);
    }
    auto count = outcome.items.count;
    try {
        if (outcome.result->kind == wire::result_kind::block) {
            entry.job().accept_block(first, count, outcome.result->body);
            if (first >= entry.limit()) return;
            count = std::min(count, entry.limit() - first);
        } else {
            entry.job().accept(first, body);
            if (first >= entry.limit()) return;
        }
    } catch (...) {
        return fail_item(entry, first, std::current_exception());
    }
    entry.count_outcomes(count);
    // Whoever reads a stream waits for its next result, and another thread may have collected it.
    if (waiting_ > 1 && entry.job().grows() && entry.job().satisfied()) changed_.notify_all();
    if (entry.finished()) finish(entry);
}

void pool_engine::settle_initializer(const item_outcome& outcome, int worker) {
    if (outcome.result->kind != wire::result_kind::error || outcome.result->lost) return;
    decoder body{outcome.result->body};
    try {
        std::rethrow_exception(decode_task_error(body, {0, worker}));
    } catch (const std::exception& e) {
        initializer_error_ = e.what();
    }
    for (auto& failed : workers_)
        if (failed.process_id() == worker) failed.fail_initializer();
}

void pool_engine::fail_item(job_entry& entry, std::size_t index,
                            const std::exception_ptr& error) noexcept {
    if (index >= entry.limit() || retry_item(entry, index)) return;
    entry.job().fail(index, error);
    count_failure(entry, index);
    if (entry.finished()) finish(entry);
}

bool pool_engine::retry_item(job_entry& entry, std::size_t index) noexcept {
    try {
        const auto now = clock::now();
        if (!entry.retry(index, now)) return false;
        entry.wake_waiting(now);
        scheduler_.put_first(entry);
        if (entry.next_wake() != clock::time_point::max()) attention_.raise();
        return true;
    } catch (...) {
        return false; // no memory to remember it
    }
}

void pool_engine::count_failure(job_entry& entry, std::size_t index) noexcept {
    if (entry.options().on_error.goes_on() || entry.job().grows()) return entry.count_outcomes(1);
    std::size_t in_flight = 0;
    for (const auto& worker : workers_)
        for (const auto& assigned : worker.in_flight())
            if (assigned.entry == &entry) in_flight += assigned.count_below(index);
    entry.fail_at(index, in_flight);
    if (!entry.has_pending()) scheduler_.dequeue(entry);
}

void pool_engine::end_job(job_entry& entry, const std::exception_ptr& error) noexcept {
    for (auto& worker : workers_) worker.forget(entry);
    entry.job().fail(detail::job::all_items, error);
    entry.fail_at(0, 0);
    finish(entry);
}

void pool_engine::finish(job_entry& entry) noexcept {
    scheduler_.dequeue(entry);
    // A call has no items left when it is finished, so there is nothing that a worker could forget.
    if (entry.job().kind() == detail::thunk_kind::job)
        for (auto& worker : workers_) worker.forget(entry);
    entry.job().set_done();
    attended_.erase(entry.number());
    jobs_.erase(entry.number());
    if (waiting_ > 1 || leader_ == leader::supervisor || closed_) changed_.notify_all();
    bell_.bell().ring(); // this may not be the thread that leads, and sleeps until the job is done
}

bool pool_engine::hand_out() {
    bool progress = false;
    for (auto& worker : workers_) progress = worker.channel().flush() || progress;
    const auto assign = [this](pool_worker& worker, job_entry& entry) {
        return assign_next(worker, entry);
    };
    if (interrupt_requested()) [[unlikely]]
        heed_interrupt();
    else
        progress = scheduler_.hand_out(workers_, assign) || progress;
    for (auto& worker : workers_) worker.channel().publish();
    return progress;
}

bool pool_engine::assign_next(pool_worker& worker, job_entry& entry) {
    if (!worker.supply(blobs_, buffer_)) return false;
    const auto most = memory_ ? 1 : worker.items_left();
    const auto items = entry.take_chunks(workers_.size(), worker.tasks_left(), most);
    if (!entry.has_pending()) scheduler_.dequeue(entry);
    try {
        const auto sent =
            worker.assign(entry, items, entry.is_in_single_items() ? 1 : items.count, buffer_);
        if (buffer_.size() > channel::ring_bytes) buffer_ = encoder{}; // keep no big task's memory
        if (sent < items.count) scheduler_.requeue(entry, {items.first + sent, items.count - sent});
        return sent > 0;
    } catch (...) {
        refuse_items(entry, items, std::current_exception());
        return true;
    }
}

/// One of these items cannot be encoded.
void pool_engine::refuse_items(job_entry& entry, item_range items,
                               const std::exception_ptr& error) {
    if (items.count == 1 || !entry.options().on_error.goes_on())
        return fail_item(entry, items.first, error);
    for (; items.count > 0; ++items.first, --items.count) // one by one, to find it
        scheduler_.requeue(entry, {items.first, 1});
}

} // namespace tandem::runtime

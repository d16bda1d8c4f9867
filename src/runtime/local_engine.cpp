// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/local_engine.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "os/process.hpp"
#include "runtime/exception_chain.hpp"
#include "runtime/interruption.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

namespace {

/// An option that is ignored silently would promise what it does not keep.
void refuse(bool given, const char* option) {
    if (given)
        throw std::invalid_argument{std::string{"option ."} + option +
                                    ": a task that is no process cannot be ended, measured or "
                                    "captured by itself; use mp::backend::processes, or leave the "
                                    "option out"};
}

/// Differs from the numbers that the program of a worker has shared: a worker may have a pool.
std::uint64_t next_shared_id() noexcept {
    static constinit std::atomic<std::uint64_t> next{std::uint64_t{1} << 63};
    return next.fetch_add(1, std::memory_order_relaxed); // a number, nothing is published with it
}

} // namespace

local_engine::local_engine(const pool_options& options, detail::parcel initializer)
    : options_{options},
      inline_{options.backend == backend::inline_},
      initializer_{std::move(initializer)},
      processes_{number_of_threads(options.processes)} { // checked with inline_, too
    refuse(options.max_resident_bytes != 0, "max_resident_bytes");
    refuse(options.memory_per_task.kind() != memory_need::kind::ignored, "memory_per_task");
    refuse(options.output != worker_output::lines && options.output != worker_output::inherit,
           "output");
    if (inline_) {
        processes_.store(1, std::memory_order_relaxed); // a number
        return;
    }
    try {
        start_threads();
    } catch (...) {
        local_engine::terminate();
        throw;
    }
}

void local_engine::add(const std::shared_ptr<detail::job>& job, const call_options& options) {
    refuse(options.timeout.count() != 0, "timeout");
    refuse(options.cpu_time.count() != 0, "cpu_time");
    refuse(options.memory != 0, "memory");
    unique_lock lock{mutex_};
    const auto number = next_number_++;
    const auto added = jobs_.try_emplace(number, job, options.on_error).first;
    auto& entry = added->second;
    try {
        if (broken_) std::rethrow_exception(broken_);
        if (closing_) throw cancelled{"running a task: its pool is closed"};
        entry.encode_state();
    } catch (...) {
        entry.fail_rest(std::current_exception());
    }
    finish_if_done(added); // it may be of no items
    heed_interrupt();
    work_.notify_all();
    lock.unlock();
    if (inline_) run_inline(number);
}

bool local_engine::wait(const detail::job& job, std::chrono::nanoseconds limit) {
    unique_lock lock{mutex_};
    return wait_until(lock, limit, [&job] { return job.satisfied(); });
}

void local_engine::extend(detail::job& job, std::size_t count, bool last) {
    unique_lock lock{mutex_};
    heed_interrupt();
    const auto found = find(job);
    if (found == jobs_.end()) return;
    const auto number = found->first;
    found->second.extend(count, last);
    finish_if_done(found);
    work_.notify_all();
    lock.unlock();
    if (inline_) run_inline(number);
}

std::size_t local_engine::appetite(const detail::job& job) {
    const std::lock_guard lock{mutex_};
    const auto found = find(job);
    if (found == jobs_.end()) return 0;
    // One that runs and one behind it, so that nobody waits for the input.
    const auto wanted = inline_ ? 1 : static_cast<std::size_t>(processes()) * 2;
    const auto there = found->second.pending();
    return there < wanted ? wanted - there : 0;
}

void local_engine::cancel(detail::job& job) noexcept {
    const std::lock_guard lock{mutex_};
    const auto found = find(job);
    if (found == jobs_.end()) return;
    found->second.fail_rest(std::make_exception_ptr(cancelled{"running a task: it was cancelled"}));
    finish_if_done(found);
    work_.notify_all();
}

local_engine::job_map::iterator local_engine::find(const detail::job& job) noexcept {
    return std::ranges::find_if(jobs_,
                                [&job](const auto& entry) { return &entry.second.job() == &job; });
}

bool local_engine::run_next(unique_lock& lock, local_worker& worker) {
    for (auto job = jobs_.begin(); job != jobs_.end(); ++job)
        if (run_one_of(job, lock, worker)) return true; // the iterator may be invalid now
    return false;
}

bool local_engine::run_one_of(job_map::iterator job, unique_lock& lock, local_worker& worker) {
    const auto index = job->second.take(clock::now());
    if (!index) return false;
    local_task task;
    try {
        task = prepare(job, *index);
        worker.forget_jobs([this](std::uint64_t number) { return jobs_.contains(number); });
    } catch (...) {
        fail_item(job, *index, std::current_exception());
        return true;
    }
    lock.unlock();
    const auto outcome = worker.run(task);
    lock.lock();
    settle(task, outcome);
    return true;
}

local_task local_engine::prepare(job_map::iterator job, std::size_t index) const {
    const auto& entry = job->second;
    local_task task{.job = job->first,
                    .index = index,
                    .kind = entry.job().kind(),
                    .state = entry.state(),
                    .item = {},
                    .shared = shared_};
    task.item.carry_descriptors(&task.descriptors);
    if (task.kind == detail::thunk_kind::call) {
        task.item.write_bytes(task.state->bytes);
        task.state->descriptors.append_to(&task.descriptors);
    }
    entry.job().encode_items(index, 1, task.item);
    task.item.carry_descriptors(nullptr);
    return task;
}

void local_engine::settle(const local_task& task, const local_outcome& outcome) noexcept {
    const auto job = jobs_.find(task.job);
    if (job == jobs_.end()) return; // cancelled meanwhile
    auto& entry = job->second;
    if (outcome.error) return fail_item(job, task.index, outcome.error);
    auto handles = outcome.descriptors;
    decoder body{outcome.body.bytes()};
    body.find_descriptors(&handles);
    if (outcome.failed) {
        const auto position = entry.job().position(task.index);
        return fail_item(job, task.index,
                         decode_task_error(body, {position, os::current_process()}));
    }
    try {
        entry.put_result(task.index, body);
    } catch (...) {
        return fail_item(job, task.index, std::current_exception());
    }
    finish_if_done(job);
}

void local_engine::fail_item(job_map::iterator job, std::size_t index,
                             const std::exception_ptr& error) noexcept {
    job->second.put_error(index, error, clock::now());
    work_.notify_all(); // it may be tried again
    finish_if_done(job);
}

void local_engine::finish_if_done(job_map::iterator job) noexcept {
    auto& entry = job->second;
    if (entry.is_stopped() && !entry.is_running() && !entry.finished()) {
        const auto all = entry.complete() ? std::optional{entry.size()} : std::nullopt;
        entry.fail_rest(interrupted_error(entry.outcomes(), all));
    }
    changed_.notify_all();
    if (entry.finished()) finish(job);
}

void local_engine::finish(job_map::iterator job) noexcept {
    job->second.job().set_done();
    jobs_.erase(job);
    if (closing_ && jobs_.empty()) work_.notify_all();
}

void local_engine::fail_all(const std::exception_ptr& error) noexcept {
    while (!jobs_.empty()) {
        jobs_.begin()->second.fail_rest(error);
        finish(jobs_.begin());
    }
    changed_.notify_all();
}

void local_engine::heed_interrupt() noexcept {
    if (!interrupt_requested()) return;
    for (auto job = jobs_.begin(); job != jobs_.end();) {
        const auto current = job++;
        if (!current->second.is_stopped()) work_.notify_all();
        current->second.stop_handing_out();
        finish_if_done(current);
    }
}

std::uint64_t local_engine::share(std::vector<std::byte> bytes) {
    const auto id = next_shared_id();
    auto value = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
    const std::lock_guard lock{mutex_};
    auto changed = shared_ ? *shared_ : shared_values::element_type{};
    changed.emplace(id, std::move(value));
    shared_ = std::make_shared<const shared_values::element_type>(std::move(changed));
    return id;
}

void local_engine::unshare(std::uint64_t id) noexcept {
    const std::lock_guard lock{mutex_};
    if (!shared_ || !shared_->contains(id)) return;
    std::shared_ptr<std::remove_const_t<shared_values::element_type>> changed;
    try {
        changed = std::make_shared<std::remove_const_t<shared_values::element_type>>(*shared_);
    } catch (const std::bad_alloc&) {
        return; // it stays as long as the pool
    }
    changed->erase(id);
    shared_ = std::move(changed);
}

} // namespace tandem::runtime

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The part of the engine that sees to what items and workers may take: time, memory, and the number
// of workers there are to be.

#include <algorithm>
#include <chrono>
#include <vector>

#include "os/clock.hpp"
#include "runtime/memory_state.hpp"
#include "runtime/pool_engine.hpp"

namespace tandem::runtime {

namespace {

constexpr std::chrono::milliseconds tick{10};
constexpr std::chrono::milliseconds shortest_look{1}; // at jobs that have limits

} // namespace

/// True if something about the workers is to change.
bool pool_engine::is_watchful() const {
    const bool is_short = workers_.size() < static_cast<std::size_t>(processes());
    const auto is_changing = [](const pool_worker& worker) {
        return worker.child().id() == 0 || worker.is_retiring() || worker.is_initializing();
    };
    return (is_short && !broken_) || std::ranges::any_of(workers_, is_changing);
}

/// How long nobody needs to look at the jobs there are.
std::chrono::nanoseconds pool_engine::next_look() const {
    auto limit = std::chrono::nanoseconds{tick};
    for (const auto number : attended_) {
        const auto& entry = jobs_.at(number);
        const auto& options = entry.options();
        for (const auto most : {options.timeout, options.cpu_time})
            if (most.count() > 0) limit = std::min(limit, most / 4);
        const auto wake = entry.next_wake();
        if (wake != clock::time_point::max())
            limit = std::min(limit, std::chrono::nanoseconds{wake - clock::now()});
        if (limit < shortest_look) break;
    }
    return std::max(limit, std::chrono::nanoseconds{shortest_look});
}

void pool_engine::look_after_items() {
    const auto now = clock::now();
    for (auto& worker : workers_) {
        worker.kill_if_due(now);
        if (attended_.empty()) continue;
        (void)collect(worker); // what is finished already is not late
        enforce_limits(worker, now);
    }
    if (now - last_check_ >= tick) {
        last_check_ = now;
        for (auto& worker : workers_) worker.check_health(now);
    }
    admit_workers();
    for (const auto number : attended_) {
        auto& entry = jobs_.at(number);
        if (entry.next_wake() > now) continue;
        entry.wake_waiting(now);
        scheduler_.put_first(entry);
    }
    if (!scheduler_.empty()) (void)hand_out();
}

std::optional<memory_budget> pool_engine::budget_for(const memory_need& need) {
    if (need.kind() == memory_need::kind::ignored) return std::nullopt;
    const auto said =
        need.kind() == memory_need::kind::said ? std::optional{need.bytes()} : std::nullopt;
    return memory_budget{said, memory_budget::usual_reserve(memory_gauge{}.read().total)};
}

void pool_engine::admit_workers() {
    if (!memory_) return;
    std::vector<memory_budget::worker> seen;
    seen.reserve(workers_.size());
    for (auto& worker : workers_) seen.push_back(worker.memory_state());
    const auto decided = memory_->decide(gauge_.read().available, seen);
    auto worker = workers_.begin();
    for (std::size_t i = 0; i < seen.size(); ++i, ++worker) {
        worker->admit(decided.may_run[i]);
        if (decided.stop != i) continue;
        memory_->learn(seen[i].held); // it may have more when it runs again
        condemn(*worker, verdict::cause::shortage, seen[i].held);
    }
}

void pool_engine::enforce_limits(pool_worker& worker, clock::time_point now) {
    if (worker.in_flight().empty() || worker.is_retiring()) return;
    const auto* entry = worker.in_flight().front().entry;
    if (entry == nullptr || !entry->is_limited()) return;
    const auto item = worker.running();
    if (!item || item->number != worker.channel().items_begun()) return; // another one already
    const auto& limits = entry->options();
    if (limits.timeout.count() > 0 && now.time_since_epoch() - item->begun_at > limits.timeout)
        return condemn(worker, verdict::cause::timeout);
    if (limits.cpu_time.count() > 0) {
        const auto used = os::cpu_time_of(worker.process_id());
        if (used && *used - item->begun_cpu > limits.cpu_time)
            return condemn(worker, verdict::cause::cpu_time);
    }
    if (limits.memory > 0) {
        const auto resident = resident_bytes(worker.process_id());
        if (resident && *resident > limits.memory)
            condemn(worker, verdict::cause::memory, *resident);
    }
}

void pool_engine::condemn(pool_worker& worker, verdict::cause why, std::uint64_t resident) {
    const auto now = clock::now();
    // What eats memory is not asked: it may have eaten all before it answers.
    const bool at_once = why == verdict::cause::memory || why == verdict::cause::shortage;
    const auto kill_at = at_once ? now : now + options_.grace;
    worker.condemn({why, worker.channel().items_begun(), resident, kill_at});
    worker.kill_if_due(now);
    while (const auto returned = worker.return_newest()) // others need not wait for its end
        if (returned->entry != nullptr) scheduler_.requeue(*returned->entry, returned->items);
}

void pool_engine::retire_workers() {
    const auto wanted = static_cast<std::size_t>(processes());
    auto staying = static_cast<std::size_t>(std::ranges::count_if(
        workers_, [](const pool_worker& worker) { return !worker.is_retiring(); }));
    const auto retire = [&](pool_worker& worker) {
        worker.retire();
        --staying;
    };
    for (auto& worker : workers_)
        if (!worker.is_retiring() && worker.is_spent()) retire(worker);
    for (const bool idle_first : {true, false})
        for (auto& worker : workers_)
            if (staying > wanted && !worker.is_retiring() &&
                (!idle_first || worker.in_flight().empty()))
                retire(worker);
    for (auto& worker : workers_) {
        if (!worker.is_retiring() || !worker.in_flight().empty() || worker.judgement()) continue;
        worker.send_stop();
        worker.channel().publish();
    }
}

void pool_engine::close() {
    const auto lock = enter();
    closed_ = true;
    attention_.raise();
}

bool pool_engine::join_for(std::chrono::nanoseconds limit) {
    const auto now = clock::now();
    const auto deadline =
        limit < clock::time_point::max() - now ? now + limit : clock::time_point::max();
    auto lock = enter();
    const auto all_ended = [&] { return closed_ && workers_.empty(); };
    while (!all_ended() && clock::now() < deadline)
        changed_.wait_until(lock,
                            std::min(deadline, clock::now() + std::chrono::milliseconds{100}));
    return all_ended();
}

} // namespace tandem::runtime

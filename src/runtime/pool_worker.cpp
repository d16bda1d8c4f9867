// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/pool_worker.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "runtime/surroundings.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

std::size_t assignment::count_below(std::size_t limit) const noexcept {
    return items.first < limit ? std::min(items.count, limit - items.first) : 0;
}

pool_worker pool_worker::start(const channel::parent_bell& bell) {
    auto segment = channel::worker_segment::create();
    if (!segment)
        throw launch_error{"creating a worker's shared memory: " + segment.error().message()};
    auto order = worker_start();
    order.descriptors.lend(launch::descriptor_use::first, segment->fd().get());
    order.descriptors.lend(launch::descriptor_use::second, bell.fd().get());
    auto child = launch::child_process::request(order, {});
    segment->close_fd();
    return pool_worker{channel::pool_end{std::move(*segment)}, std::move(child)};
}

int pool_worker::process_id() const noexcept {
    // Its first result may be here before the forkserver's word that it has started.
    return child_.id() != 0 ? child_.id() : channel_.worker_process_id();
}

bool pool_worker::wants_task() noexcept {
    return in_flight_.size() < depth_ && channel_.can_send();
}

bool pool_worker::assign(job_entry& entry, item_range items, encoder& buffer) {
    const bool is_call = entry.job().kind() == detail::thunk_kind::call;
    send_closed_jobs();
    if (!is_call) open(entry, buffer);
    const bool is_open = is_call || opened_.contains(entry.number());
    if (!is_open || !channel_.can_send()) return false; // those messages took the room
    buffer.clear();
    if (is_call) {
        entry.job().encode_state(buffer);
    } else {
        buffer.write(static_cast<std::uint32_t>(items.count));
        buffer.write(static_cast<std::uint32_t>(entry.adapts()));
    }
    entry.job().encode_items(items.first, items.count, buffer);
    entry.learn_bytes(items.count, buffer.size());
    const auto kind = is_call ? wire::task_kind::call : wire::task_kind::chunk;
    in_flight_.push_back({&entry, items, items.count, {}}); // first: it may throw
    try {
        in_flight_.back().ticket = channel_.send(kind, entry.number(), buffer.bytes());
    } catch (...) {
        in_flight_.pop_back();
        throw;
    }
    return true;
}

void pool_worker::open(job_entry& entry, encoder& buffer) {
    if (opened_.contains(entry.number()) || !channel_.can_send()) return;
    buffer.clear();
    entry.job().encode_state(buffer);
    opened_.insert(entry.number());
    (void)channel_.send(wire::task_kind::open_job, entry.number(), buffer.bytes());
}

void pool_worker::send_closed_jobs() {
    while (!closed_.empty() && channel_.can_send()) {
        (void)channel_.send(wire::task_kind::close_job, closed_.back(), {});
        closed_.pop_back();
    }
}

std::optional<item_outcome> pool_worker::next_outcome() {
    const auto result = channel_.next_result();
    if (!result) return std::nullopt;
    ++results_received_;
    if (in_flight_.empty() ||
        result->number !=
            wire::result_number(in_flight_.front().ticket.sequence, results_received_)) {
        broken_ = true;
        return std::nullopt;
    }
    auto& front = in_flight_.front();
    item_outcome outcome{front.entry, front.items.first, *result, 0};
    ++front.items.first;
    --front.items.count;
    if (front.items.count == 0) {
        outcome.completed_chunk = front.sent;
        in_flight_.pop_front();
    }
    return outcome;
}

std::optional<assignment> pool_worker::revoke_newest() {
    if (in_flight_.size() < 2 || !channel_.revoke(in_flight_.back().ticket)) return std::nullopt;
    auto taken = in_flight_.back();
    in_flight_.pop_back();
    return taken;
}

void pool_worker::deepen() noexcept { depth_ = std::min(2 * depth_, greatest_depth); }

void pool_worker::forget(const job_entry& entry) noexcept {
    for (auto& assigned : in_flight_)
        if (assigned.entry == &entry) assigned.entry = nullptr;
    while (!in_flight_.empty() && in_flight_.back().entry == nullptr &&
           channel_.revoke(in_flight_.back().ticket))
        in_flight_.pop_back();
    if (opened_.erase(entry.number()) == 0) return;
    try {
        closed_.push_back(entry.number());
    } catch (const std::bad_alloc&) {
        return; // the worker keeps the job's state for as long as it lives
    }
}

void pool_worker::forget_all() noexcept {
    for (auto& assigned : in_flight_) assigned.entry = nullptr;
}

void pool_worker::send_stop() {
    if (stop_sent_) return;
    while (!in_flight_.empty() && channel_.revoke(in_flight_.back().ticket)) in_flight_.pop_back();
    stop_sent_ = channel_.send_short(wire::task_kind::stop);
}

bool pool_worker::is_overdue() const noexcept {
    constexpr std::chrono::seconds limit{10};
    return child_.id() == 0 && std::chrono::steady_clock::now() - asked_for_ > limit;
}

std::optional<std::uint32_t> pool_worker::job_being_opened() const noexcept {
    return broken() ? std::nullopt : channel_.job_being_opened();
}

bool pool_worker::died_in_item() const noexcept {
    if (in_flight_.empty()) return false;
    return broken() || channel_.items_begun() != results_received_;
}

} // namespace tandem::runtime

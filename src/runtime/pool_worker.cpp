// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/pool_worker.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <utility>

#include "os/process.hpp"
#include "runtime/backtrace.hpp"
#include "runtime/memory_state.hpp"
#include "runtime/surroundings.hpp"
#include "tandem/codec_error.hpp"
#include "tandem/error.hpp"

namespace tandem::runtime {

namespace {

std::atomic<std::uint64_t> tasks_of_all_workers{0}; // pools may be used in several threads

std::uint32_t flags_of(const job_entry& entry, std::size_t items) noexcept {
    std::uint32_t flags = 0;
    if (entry.adapts()) flags |= wire::run_flags::timed;
    if (entry.is_limited())
        flags |= wire::run_flags::watched;
    else if (items > 1 && entry.job().packed_bytes() > 0)
        flags |= wire::run_flags::packed;
    return flags;
}

} // namespace

pool_worker pool_worker::start(const channel::parent_bell& bell, const worker_supplies& supplies) {
    auto segment = channel::worker_segment::create();
    if (!segment)
        throw launch_error{"creating a worker's shared memory: " + segment.error().message()};
    auto order = worker_start(supplies.library_threads);
    order.descriptors.lend(launch::descriptor_use::first, segment->fd().get());
    order.descriptors.lend(launch::descriptor_use::second, bell.fd().get());
    auto descriptors = channel::descriptor_socket::create();
    if (!descriptors)
        throw launch_error{"creating a worker's socket: " + descriptors.error().message()};
    order.descriptors.set(launch::descriptor_use::handles, descriptors->second.release());
    const auto output = supplies.output->connect(order);
    segment->header().output_mark = output.mark();
    auto child = launch::child_process::request(order, {});
    segment->close_fd();
    segment->header().max_resident_bytes.store(supplies.max_resident_bytes,
                                               std::memory_order_relaxed); // before the first task
    pool_worker worker{channel::pool_end{std::move(*segment)}, std::move(child),
                       std::move(descriptors->first), supplies};
    worker.output_ = output;
    worker.send_initializer();
    return worker;
}

void pool_worker::send_initializer() {
    const auto& initializer = *supplies_.initializer;
    if (initializer.bytes.empty()) return;
    encoder message;
    message.write(std::uint32_t{0}); // run_flags
    message.write_bytes(initializer.bytes);
    (void)send_descriptors(initializer.descriptors); // there is room: it is the first record
    in_flight_.push_back({.items = {0, 1}, .sent = 1, .is_initializer = true});
    in_flight_.back().ticket = channel_.next_ticket();
    ++tasks_;
    channel_.send(wire::task_kind::call, 0, message.bytes());
    channel_.publish();
}

int pool_worker::process_id() const noexcept {
    // Its first result may be here before the forkserver's word that it has started.
    return child_.id() != 0 ? child_.id() : channel_.worker_process_id();
}

bool pool_worker::wants_task() noexcept {
    const auto depth = is_budgeted_ ? 1 : depth_;
    return tasks_ < depth && is_admitted_ && !is_initializing() && !is_retiring() &&
           items_left() > 0 && channel_.can_send();
}

std::size_t pool_worker::assign(job_entry& entry, item_range items, std::size_t each,
                                encoder& buffer) {
    const bool is_call = entry.job().kind() == detail::thunk_kind::call;
    send_closed_jobs();
    if (!is_call) open(entry, buffer);
    if (!is_call && !opened_.contains(entry.number())) return 0; // those took the room
    std::size_t sent = 0;
    try {
        while (sent < items.count && send_task(entry, {items.first + sent, each}, buffer))
            sent += each;
    } catch (...) {
        if (sent == 0) throw;
    }
    items_sent_ += sent;
    if (is_budgeted_)
        begun_order_ = tasks_of_all_workers.fetch_add(1, std::memory_order_relaxed); // only grows
    return sent;
}

bool pool_worker::send_task(job_entry& entry, item_range items, encoder& buffer) {
    if (!channel_.can_send()) return false;
    const bool is_call = entry.job().kind() == detail::thunk_kind::call;
    start_record(buffer);
    if (!is_call) buffer.write(static_cast<std::uint32_t>(items.count));
    const auto flags = flags_of(entry, items.count);
    buffer.write(flags);
    if (is_call) entry.job().encode_state(buffer);
    entry.job().encode_items(items.first, items.count, buffer);
    entry.learn_bytes(items.count, buffer.size());
    if (!sent_with_.empty()) [[unlikely]]
        if (!send_descriptors(sent_with_) || !channel_.can_send()) return false;
    const auto ticket = channel_.next_ticket();
    if (!extend_newest(entry, items, ticket)) {
        const bool packed = (flags & wire::run_flags::packed) != 0;
        in_flight_.push_back({.entry = &entry,
                              .items = items,
                              .sent = items.count,
                              .task_bytes = shm::record_bytes(buffer.size()),
                              .result_bytes = packed ? entry.job().packed_bytes() : 0,
                              .ticket = ticket});
    }
    ++tasks_;
    const auto kind = is_call ? wire::task_kind::call : wire::task_kind::chunk;
    try {
        channel_.send(kind, entry.number(), buffer.bytes());
    } catch (...) {
        drop_newest();
        throw;
    }
    return true;
}

/// Notes a task that is sent next as part of what was sent before, if it is like that.
bool pool_worker::extend_newest(const job_entry& entry, item_range items,
                                const channel::task_ticket& ticket) noexcept {
    if (items.count != 1 || in_flight_.empty() ||
        !in_flight_.back().goes_on_with(entry, items.first, ticket))
        return false;
    ++in_flight_.back().items.count;
    ++in_flight_.back().tasks;
    return true;
}

item_range pool_worker::drop_newest() noexcept {
    const auto dropped = in_flight_.back().drop_newest();
    if (in_flight_.back().tasks == 0) in_flight_.pop_back();
    --tasks_;
    return dropped;
}

bool pool_worker::supply(const shared_blobs& blobs, encoder& buffer) {
    while (!withdrawn_.empty() && channel_.can_send()) {
        buffer.clear();
        buffer.write(withdrawn_.back());
        channel_.send(wire::task_kind::unshare, 0, buffer.bytes());
        withdrawn_.pop_back();
    }
    for (auto blob = blobs.lower_bound(next_blob_); blob != blobs.end(); ++blob) {
        if (!channel_.can_send()) return false;
        buffer.clear();
        buffer.write(blob->first);
        buffer.write_bytes(blob->second);
        channel_.send(wire::task_kind::share, 0, buffer.bytes());
        next_blob_ = blob->first + 1;
    }
    return channel_.can_send();
}

void pool_worker::withdraw(std::uint64_t blob) noexcept {
    if (blob >= next_blob_) return; // it never had it
    try {
        withdrawn_.push_back(blob);
    } catch (const std::bad_alloc&) {
        return; // the worker keeps it for as long as it lives
    }
}

void pool_worker::open(job_entry& entry, encoder& buffer) {
    if (opened_.contains(entry.number()) || !channel_.can_send()) return;
    start_record(buffer);
    entry.job().encode_state(buffer);
    if (!send_descriptors(sent_with_) || !channel_.can_send()) return;
    opened_.insert(entry.number());
    channel_.send(wire::task_kind::open_job, entry.number(), buffer.bytes());
}

void pool_worker::start_record(encoder& buffer) noexcept {
    buffer.clear();
    buffer.carry_descriptors(&sent_with_);
    sent_with_.clear();
}

/// False if there is no room for them now. What names them has to follow at once.
bool pool_worker::send_descriptors(const detail::descriptor_bundle& bundle) {
    if (bundle.empty()) return true;
    const auto ask_to_drain = [this] {
        (void)channel_.send_short(wire::task_kind::descriptors);
        channel_.publish();
    };
    if (const auto sent = descriptors_.send_and_drain(bundle, ask_to_drain); !sent) {
        if (!in_flight_.empty()) return false; // the worker takes some as it goes on
        throw codec_error{"sending " + std::to_string(bundle.entries().size()) +
                          " handles to a worker at once: " + sent.error().message()};
    }
    encoder numbers;
    for (const auto& each : bundle.entries()) numbers.write(each.number);
    channel_.send(wire::task_kind::descriptors, 0, numbers.bytes());
    return true;
}

void pool_worker::receive_descriptors(const channel::received_result& named) {
    try {
        received_with_ = descriptors_.receive(wire::read_numbers(named.body));
    } catch (const std::bad_alloc&) {
        received_with_.clear(); // then decoding the result fails
    }
}

void pool_worker::send_closed_jobs() {
    while (!closed_.empty() && channel_.can_send()) {
        channel_.send(wire::task_kind::close_job, closed_.back(), {});
        closed_.pop_back();
    }
}

const item_outcome* pool_worker::next_outcome() {
    if (result_was_taken_ && !received_with_.empty()) [[unlikely]]
        received_with_.clear();
    result_was_taken_ = false;
    const auto* result = channel_.next_result();
    while (result != nullptr && result->kind == wire::result_kind::descriptors) {
        receive_descriptors(*result);
        result = channel_.next_result();
    }
    if (result == nullptr) return nullptr; // what names the descriptors may be still to come
    result_was_taken_ = true;
    const auto count = number_of_results(*result);
    results_received_ += count;
    if (count == 0 || in_flight_.empty() || count > in_flight_.front().items.count ||
        result->number !=
            wire::result_number(in_flight_.front().ticket.sequence, results_received_)) {
        broken_ = true;
        return nullptr;
    }
    return take_outcome(*result, count);
}

std::size_t pool_worker::number_of_results(const channel::received_result& result) const noexcept {
    if (result.kind != wire::result_kind::block) return 1;
    if (in_flight_.empty()) return 0;
    const auto& front = in_flight_.front();
    if (front.result_bytes == 0 || result.body.size() % front.result_bytes != 0) return 0;
    return result.body.size() / front.result_bytes;
}

const item_outcome* pool_worker::take_outcome(const channel::received_result& result,
                                              std::size_t count) {
    auto& front = in_flight_.front();
    outcome_.entry = front.entry;
    outcome_.items.first = front.items.first;
    outcome_.items.count = count;
    outcome_.result = &result;
    outcome_.descriptors = &received_with_;
    outcome_.of_initializer = front.is_initializer;
    outcome_.completed_chunk = front.complete(count);
    if (outcome_.completed_chunk > 0) --tasks_;
    if (front.tasks == 0) in_flight_.pop_front();
    return &outcome_;
}

const item_outcome* pool_worker::salvage() {
    if (broken() || in_flight_.empty() || in_flight_.front().result_bytes == 0) return nullptr;
    const auto& front = in_flight_.front();
    salvaged_.kind = wire::result_kind::block;
    salvaged_.body = channel_.unpublished_block(results_received_, front.result_bytes);
    const auto count = number_of_results(salvaged_);
    if (count == 0 || count > front.items.count) return nullptr;
    results_received_ += count;
    return take_outcome(salvaged_, count);
}

std::optional<returned_items> pool_worker::return_newest() {
    if (tasks_ < 2 || !channel_.revoke(in_flight_.back().newest())) return std::nullopt;
    auto* const entry = in_flight_.back().entry;
    const returned_items returned{entry, drop_newest()};
    items_sent_ -= returned.items.count;
    return returned;
}

void pool_worker::deepen() noexcept { depth_ = std::min(2 * depth_, greatest_depth); }

void pool_worker::forget(const job_entry& entry) noexcept {
    for (auto& assigned : in_flight_)
        if (assigned.entry == &entry) assigned.entry = nullptr;
    for (auto& assigned : in_flight_) {
        if (assigned.entry != nullptr || assigned.is_initializer) continue;
        for (; assigned.tasks > 0 && channel_.revoke(assigned.newest()); --tasks_)
            (void)assigned.drop_newest();
    }
    std::erase_if(in_flight_, [](const assignment& assigned) { return assigned.tasks == 0; });
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
    while (!in_flight_.empty() && !in_flight_.back().is_initializer &&
           channel_.revoke(in_flight_.back().newest()))
        (void)drop_newest();
    stop_sent_ = channel_.send_short(wire::task_kind::stop);
}

void pool_worker::note_end(const exit_status& status, bool out_of_memory) {
    report_ = {status, supplies_.output->end_worker(output_), {}, out_of_memory};
}

crash_report pool_worker::report() const {
    auto report = report_;
    report.backtrace = read_backtrace(channel_.crash_note(), report.status);
    return report;
}

std::optional<std::uint32_t> pool_worker::job_being_opened() const noexcept {
    return broken() ? std::nullopt : channel_.job_being_opened();
}

bool pool_worker::died_in_item() const noexcept {
    if (in_flight_.empty()) return false;
    return broken() || channel_.items_begun() != results_received_;
}

} // namespace tandem::runtime

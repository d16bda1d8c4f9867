// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/worker_end.hpp"

#include <algorithm>
#include <cstring>
#include <exception>

#include "fault/fault.hpp"
#include "os/clock.hpp"
#include "os/fork.hpp"
#include "os/process.hpp"

namespace tandem::channel {

namespace {

constexpr std::uint32_t asleep = 1;
constexpr std::chrono::seconds sleep_limit{1}; // a lost ring costs a second, see shm/doorbell.hpp
constexpr int exit_code_broken_ring = 70;      // EX_SOFTWARE of sysexits.h

// A worker whose rings make no sense cannot report that; the parent sees how it ended.
[[noreturn]] void give_up() { os::end_process(exit_code_broken_ring); }

} // namespace

worker_end::worker_end(worker_segment segment, parent_bell bell)
    : segment_{std::move(segment)},
      life_{segment_.header().life},
      bell_{std::move(bell)},
      tasks_{segment_.header().tasks, segment_.task_bytes()},
      results_{segment_.header().results, segment_.result_bytes()} {
    // Relaxed: for the words of an error, and read by the parent after this process has ended.
    segment_.header().process_id.store(static_cast<std::uint32_t>(os::current_process()),
                                       std::memory_order_relaxed);
}

template <class Ready>
void worker_end::sleep_unless(Ready ready) noexcept {
    auto& bell = segment_.header().worker_bell;
    bell.prepare(asleep);
    if (ready())
        bell.cancel();
    else
        bell.wait(asleep, sleep_limit);
}

std::span<std::byte> worker_end::wait_for_records() {
    auto readable = tasks_.readable();
    if (!readable.empty()) return readable;
    tasks_.release();
    const auto ready = [&] { return !(readable = tasks_.readable()).empty(); };
    if (spin_.spin(ready)) return readable;
    while (!ready()) {
        if (tasks_.broken()) give_up();
        sleep_unless(ready);
        if (on_idle_ != nullptr && !ready()) on_idle_();
    }
    return readable;
}

shm::record_view worker_end::next_record() {
    const auto record = shm::first_record(wait_for_records());
    if (!record) give_up();
    current_bytes_ = shm::record_bytes(record->header.body_bytes);
    return *record;
}

void worker_end::finish_record() {
    tasks_.commit(std::exchange(current_bytes_, 0));
    // Giving room back in large pieces spares the parent cache misses.
    if (tasks_.unreleased() >= tasks_.capacity() / 8) tasks_.release();
}

void worker_end::skip(const shm::record_view& record) {
    bool continues = record.header.continues != 0;
    finish_record();
    while (continues) {
        continues = next_record().header.continues != 0;
        finish_record();
    }
}

void worker_end::assemble(const shm::record_view& first) {
    cut_ = false;
    assembled_.clear();
    keep_piece(first.body);
    bool continues = true;
    finish_record();
    while (continues) {
        const auto piece = next_record();
        keep_piece(piece.body);
        continues = piece.header.continues != 0;
        finish_record();
        tasks_.release(); // the parent waits for room to send the rest
        ring_parent();
    }
}

void worker_end::keep_piece(std::span<const std::byte> piece) noexcept {
    if (cut_) return; // the rest has to go through the ring all the same
    try {
        assembled_.insert(assembled_.end(), piece.begin(), piece.end());
    } catch (const std::exception&) {
        cut_ = true;
    }
}

received_task worker_end::next_task() {
    for (;;) {
        finish_record();
        if (assembled_.capacity() > ring_bytes)
            std::vector<std::byte>{}.swap(assembled_); // keep no big task's memory
        const auto record = next_record();
        ++tasks_seen_;
        if (!shm::take_claim(record.at, shm::claim_state::claimed)) {
            skip(record);
            continue;
        }
        fault::hit("worker.after_claim");
        received_task task{wire::task_kind{record.header.kind}, record.header.number, record.body};
        if (record.header.continues != 0) {
            assemble(record);
            task.body = assembled_;
            task.cut = cut_;
        }
        return task;
    }
}

void worker_end::send_result(wire::result_kind kind, std::uint32_t nanoseconds,
                             std::span<const std::byte> body) {
    const auto limit = shm::max_body_bytes(results_.capacity());
    shm::record_header header;
    header.kind = static_cast<std::uint16_t>(kind);
    header.claim = nanoseconds;
    header.number = wire::result_number(tasks_seen_, items_begun_);
    while (body.size() > limit) {
        header.continues = 1;
        send_piece(header, body.first(limit));
        body = body.subspan(limit);
        header.kind = static_cast<std::uint16_t>(wire::result_kind::continuation);
    }
    header.continues = 0;
    send_piece(header, body);
}

void worker_end::send_piece(shm::record_header header, std::span<const std::byte> body) {
    wait_for_room(shm::record_bytes(body.size()));
    (void)shm::write_record(results_, header, body);
    publish();
}

void worker_end::wait_for_room(std::size_t bytes) {
    while (results_.room(bytes) < bytes) {
        if (results_.broken()) give_up();
        bell_.bell().ring(); // however the parent sleeps: nothing goes on without it
        const auto ready = [&] { return results_.room(bytes) >= bytes || results_.broken(); };
        if (!spin_.spin(ready)) sleep_unless(ready);
    }
}

void worker_end::publish() {
    fault::hit("worker.before_publish");
    results_.publish();
    fault::hit("worker.after_publish");
    ring_parent();
}

void worker_end::begin_watched_item() noexcept {
    auto& header = segment_.header();
    // Relaxed: [watched] orders them.
    header.item_begun_at.store(os::monotonic_time().count(), std::memory_order_relaxed);
    // Relaxed: as above.
    header.item_begun_cpu.store(os::own_cpu_time().count(), std::memory_order_relaxed);
    header.items_begun.store(++items_begun_, std::memory_order_release); // [watched]
}

std::span<std::byte> worker_end::open_block(std::size_t bytes) {
    wait_for_room(shm::record_bytes(bytes));
    auto& header = segment_.header();
    // Relaxed: read by the parent after this process has ended.
    header.items_done.store(items_begun_, std::memory_order_relaxed);
    // Relaxed: as above.
    header.open_block.store(results_.position() + 1, std::memory_order_relaxed);
    return {results_.next() + sizeof(shm::record_header), bytes};
}

void worker_end::close_block(std::size_t count, std::size_t bytes, std::uint32_t nanoseconds) {
    auto& header = segment_.header();
    // Relaxed: nobody else writes it.
    const auto begun = header.items_begun.load(std::memory_order_relaxed);
    if (count > 0) {
        shm::record_header record;
        record.kind = static_cast<std::uint16_t>(wire::result_kind::block);
        record.body_bytes = static_cast<std::uint32_t>(bytes);
        record.claim = nanoseconds;
        record.number = wire::result_number(tasks_seen_, items_begun_ + count);
        std::memcpy(results_.next(), &record, sizeof record);
        results_.commit(shm::record_bytes(bytes));
    }
    items_begun_ = begun;
    if (count > 0) publish(); // which makes open_block void: the next record lies elsewhere
}

void worker_end::ring_parent() noexcept {
    const auto depth = parent_sleep{bell_.bell().asleep()};
    if (depth == parent_sleep::awake) return;
    if (depth == parent_sleep::low_water) {
        // Relaxed: a hint that the parent wrote before it went to sleep.
        const auto low = segment_.header().low_water_bytes.load(std::memory_order_relaxed);
        const bool has_tasks = tasks_.readable_now().size() > low + current_bytes_;
        const bool has_room = results_.backlog() < results_.capacity() / 2;
        if (has_tasks && has_room) return;
    }
    bell_.bell().wake();
}

} // namespace tandem::channel

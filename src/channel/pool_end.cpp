// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/pool_end.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace tandem::channel {

pool_end::pool_end(worker_segment segment)
    : segment_{std::move(segment)},
      tasks_{segment_.header().tasks, segment_.task_bytes()},
      results_{segment_.header().results, segment_.result_bytes()} {}

bool pool_end::can_send() noexcept {
    const auto most = shm::record_bytes(shm::max_body_bytes(tasks_.capacity()));
    const bool room = tasks_.room(most) >= most;
    broken_ = broken_ || tasks_.broken();
    return outbox_.empty() && room;
}

void pool_end::send(wire::task_kind kind, std::uint32_t number, std::span<const std::byte> body) {
    const auto limit = shm::max_body_bytes(tasks_.capacity());
    shm::record_header header;
    header.kind = static_cast<std::uint16_t>(kind);
    header.number = number;
    header.continues = body.size() > limit ? 1 : 0;
    if (header.continues != 0) {
        outbox_.assign(body.begin() + static_cast<std::ptrdiff_t>(limit), body.end());
        outbox_sent_ = 0;
        outbox_number_ = number;
        body = body.first(limit);
    }
    (void)shm::write_record(tasks_, header, body);
    ++tasks_sent_;
}

bool pool_end::send_short(wire::task_kind kind) noexcept {
    shm::record_header header;
    header.kind = static_cast<std::uint16_t>(kind);
    if (!outbox_.empty() || shm::write_record(tasks_, header, {}) == nullptr) return false;
    ++tasks_sent_;
    return true;
}

bool pool_end::flush() noexcept {
    bool progress = false;
    const auto limit = shm::max_body_bytes(tasks_.capacity());
    while (!outbox_.empty()) {
        const auto rest = std::span{outbox_}.subspan(outbox_sent_);
        const auto piece = rest.first(std::min(rest.size(), limit));
        shm::record_header header;
        header.kind = static_cast<std::uint16_t>(wire::task_kind::continuation);
        header.number = outbox_number_;
        header.continues = piece.size() < rest.size() ? 1 : 0;
        if (shm::write_record(tasks_, header, piece) == nullptr) break;
        progress = true;
        outbox_sent_ += piece.size();
        if (outbox_sent_ == outbox_.size()) std::vector<std::byte>{}.swap(outbox_);
    }
    broken_ = broken_ || tasks_.broken();
    return progress;
}

void pool_end::publish() noexcept {
    if (published_ == tasks_.position()) return;
    published_ = tasks_.position();
    tasks_.publish();
    segment_.header().worker_bell.ring();
}

bool pool_end::revoke(const task_ticket& ticket) noexcept {
    // What the worker has given back may have been written over by a later task.
    return !tasks_.recycled(ticket.position) &&
           shm::take_claim(tasks_.at(ticket.position), shm::claim_state::revoked);
}

void pool_end::keep_piece(std::span<const std::byte> piece) noexcept {
    if (inbox_lost_) return;
    try {
        inbox_.insert(inbox_.end(), piece.begin(), piece.end());
    } catch (const std::exception&) {
        inbox_lost_ = true; // the rest has to go through the ring all the same
        std::vector<std::byte>{}.swap(inbox_);
    }
}

const received_result* pool_end::next_result() noexcept {
    for (;;) {
        results_.commit(std::exchange(current_bytes_, 0));
        const auto readable = results_.readable();
        broken_ = broken_ || results_.broken();
        if (readable.empty() || broken_) return nullptr;
        const auto record = shm::first_record(readable);
        const bool is_piece = record && record->header.kind == 0;
        if (!record || is_piece != inbox_open_) {
            broken_ = true;
            return nullptr;
        }
        current_bytes_ = shm::record_bytes(record->header.body_bytes);
        if (!inbox_open_) {
            inbox_.clear();
            inbox_lost_ = false;
            inbox_header_ = record->header;
        }
        const bool whole = !inbox_open_ && record->header.continues == 0;
        if (!whole) keep_piece(record->body);
        inbox_open_ = record->header.continues != 0;
        if (inbox_open_) continue;
        // Member by member, and not as a value that is copied: loads of the copy would wait for
        // stores of another size.
        result_.kind = wire::result_kind{inbox_header_.kind};
        result_.number = inbox_header_.number;
        result_.nanoseconds = inbox_header_.claim;
        result_.body = whole ? record->body : std::span<const std::byte>{inbox_};
        result_.lost = inbox_lost_;
        return &result_;
    }
}

void pool_end::release_results() noexcept {
    results_.commit(std::exchange(current_bytes_, 0));
    if (!inbox_open_ && inbox_.capacity() > ring_bytes)
        std::vector<std::byte>{}.swap(inbox_); // keep no big result's memory
    if (results_.unreleased() == 0) return;
    results_.release();
    segment_.header().worker_bell.ring();
}

std::span<const std::byte> pool_end::unpublished_block(std::uint64_t received,
                                                       std::size_t result_bytes) noexcept {
    const auto& header = segment_.header();
    // Relaxed: the worker has ended, which orders all it did.
    const auto open = header.open_block.load(std::memory_order_relaxed); // as said
    const auto done = header.items_done.load(std::memory_order_relaxed); // as said
    if (open != results_.position() + 1 || done <= received) return {};
    const auto rest = results_.unpublished();
    const auto count = done - received;
    if (count > rest.size() / result_bytes) return {};
    const auto bytes = static_cast<std::size_t>(count) * result_bytes;
    if (bytes + sizeof(shm::record_header) > rest.size()) return {};
    return rest.subspan(sizeof(shm::record_header), bytes);
}

pool_end::running_item pool_end::running() const noexcept {
    const auto& header = segment_.header();
    running_item item;
    item.number = header.items_begun.load(std::memory_order_acquire); // [watched]
    // Relaxed: ordered by it; of a later item if that has begun meanwhile, which is never too
    // early.
    item.begun_at = std::chrono::nanoseconds{header.item_begun_at.load(std::memory_order_relaxed)};
    // Relaxed: as above.
    item.begun_cpu =
        std::chrono::nanoseconds{header.item_begun_cpu.load(std::memory_order_relaxed)};
    return item;
}

void pool_end::set_low_water(std::size_t bytes) noexcept {
    // Relaxed: a hint, ordered by the doorbell that the parent goes to sleep on.
    segment_.header().low_water_bytes.store(bytes, std::memory_order_relaxed);
}

} // namespace tandem::channel

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/queue.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "channel/queue_end.hpp"

namespace tandem {

queue_closed::~queue_closed() = default;
queue_damaged::~queue_damaged() = default;

namespace detail {

namespace {

using shm::queue_outcome;

/// Memory of a thread that is kept from one call to the next.
constexpr std::size_t most_kept = std::size_t{4} << 20;
thread_local record_bytes kept_records;

class fixed_sink final : public shm::record_sink {
public:
    explicit fixed_sink(std::span<std::byte> into) noexcept : into_{into} {}
    std::byte* room(std::size_t size) override {
        return size == into_.size() ? into_.data() : nullptr;
    }

private:
    std::span<std::byte> into_;
};

class growing_sink final : public shm::record_sink {
public:
    explicit growing_sink(record_bytes& into) noexcept : into_{&into} {}
    std::byte* room(std::size_t size) override {
        static std::byte none{};
        into_->ends.push_back(into_->bytes.size() + size);
        return size == 0 ? &none : into_->bytes.grow(size);
    }

private:
    record_bytes* into_;
};

[[noreturn, gnu::cold]] void fail(queue_outcome outcome, const char* operation,
                                  const channel::queue_end& queue) {
    const std::string what = operation;
    switch (outcome) {
        case queue_outcome::closed:
            throw queue_closed{what + ": the queue is closed"};
        case queue_outcome::too_large:
            throw std::length_error{what + ": the record has more bytes than the queue takes (" +
                                    std::to_string(queue.geometry().area_bytes) +
                                    "); make the queue with a larger queue_options::largest"};
        case queue_outcome::unexpected:
            throw queue_damaged{what +
                                ": the next record is of another size than values of this type; "
                                "do all processes name the same type?"};
        case queue_outcome::too_many:
            throw resource_error{what + ": " + std::to_string(shm::queue_consumers) +
                                     " threads have leases, and there may not be more; call "
                                     "task_done() for records that have been dealt with",
                                 std::make_error_code(std::errc::too_many_links)};
        default:
            throw queue_damaged{what +
                                ": the memory of the queue holds what nobody who uses it properly "
                                "writes there; make a new one"};
    }
}

/// True if it is done, false if time is up.
bool judge(queue_outcome outcome, const char* operation, const channel::queue_end& queue) {
    switch (outcome) {
        case queue_outcome::done:
            return true;
        case queue_outcome::full:
        case queue_outcome::empty:
        case queue_outcome::late:
            return false;
        default:
            fail(outcome, operation, queue);
    }
}

} // namespace

borrowed_records::borrowed_records() noexcept : records_{std::move(kept_records)} {
    records_.clear();
}

borrowed_records::~borrowed_records() {
    if (records_.bytes.size() <= most_kept) kept_records = std::move(records_);
}

queue_handle::queue_handle(const queue_options& options)
    : end_{std::make_shared<const channel::queue_end>(channel::queue_end::create(
          shm::plan_queue(options.capacity, options.bytes, options.largest, options.leases)))} {}

queue_handle::queue_handle(const shared_region& region) {
    auto end = channel::queue_end::open(region);
    if (!end) throw codec_error{"decoding a queue: the shared memory that came along holds none"};
    end_ = std::make_shared<const channel::queue_end>(std::move(*end));
}

const shared_region& queue_handle::region() const noexcept { return end_->region(); }

bool queue_handle::push(std::span<const std::byte> record, wait_limit limit) const {
    const auto end = record.size();
    const auto pushed = end_->push({record.data(), 0, {&end, 1}}, limit);
    return judge(pushed.what, "pushing to a queue", *end_);
}

void queue_handle::push_all(const record_bytes& records) const {
    const auto pushed = end_->push({records.bytes.bytes().data(), 0, records.ends}, unlimited);
    (void)judge(pushed.what, "pushing to a queue", *end_);
}

bool queue_handle::pop(std::span<std::byte> record, wait_limit limit) const {
    fixed_sink sink{record};
    return judge(end_->pop(sink, 1, limit).what, "popping from a queue", *end_);
}

bool queue_handle::pop(record_bytes& into, std::size_t most, wait_limit limit) const {
    growing_sink sink{into};
    return judge(end_->pop(sink, most, limit).what, "popping from a queue", *end_);
}

void queue_handle::close() const { (void)judge(end_->close(), "closing a queue", *end_); }

bool queue_handle::is_closed() const noexcept { return end_->is_closed(); }

std::size_t queue_handle::size() const {
    const auto counted = end_->size();
    (void)judge(counted.what, "counting the records of a queue", *end_);
    return counted.count;
}

std::size_t queue_handle::capacity() const noexcept {
    return static_cast<std::size_t>(end_->geometry().capacity);
}

void queue_handle::task_done() const {
    const auto outcome = end_->task_done();
    if (outcome == queue_outcome::empty)
        throw std::logic_error{end_->geometry().leases != 0
                                   ? "task_done(): this thread has no record of the queue"
                                   : "task_done() was called more often than records were popped"};
    (void)judge(outcome, "task_done() of a queue", *end_);
}

bool queue_handle::join(wait_limit limit) const {
    return judge(end_->join(limit), "joining a queue", *end_);
}

} // namespace detail
} // namespace tandem

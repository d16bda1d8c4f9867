// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "tandem/codec.hpp"
#include "tandem/detail/queue_handle.hpp"
#include "tandem/queue_error.hpp"
#include "tandem/queue_options.hpp"

namespace tandem {

namespace detail {

/// A record is the value's own bytes.
template <class T>
concept plain_record = portable<T> && bitwise<T> && std::is_trivially_copyable_v<T> &&
                       std::is_default_constructible_v<T>;

} // namespace detail

/// Hands records from any number of producers to any number of consumers, threads and processes
/// alike. A handle: copies are the same queue, it can be passed to processes and tasks, and
/// operations are const for that reason.
/// `mp::queue<job> jobs; mp::process p{work, jobs}; jobs.push(next);`
///
/// Records come out in the order in which they were pushed. Once push() has returned, the record is
/// in the queue, whatever becomes of the process that pushed it: no thread sends it later.
///
/// Sharing   any number of threads of any number of processes, without further locking.
/// Blocking  push() waits while the queue is full, pop() while it is empty: for a short time it
///           spins, then it sleeps. Neither waits for a process that has died. Calls that are not
///           to wait do so for the moment in which another one copies a record, 100 ms at most.
/// Crash     of a process at any instruction: a record is in the queue as a whole or not at all,
///           and size() is right. One that was popped is gone with the process that popped it;
///           with queue_options::leases it returns to the front unless it is done. A sleeper that
///           the dead one was about to wake finds out by itself, after 100 ms.
/// Errors    queue_closed; queue_damaged if another process has written over the queue's memory;
///           resource_error if there is no memory; codec_error for values that cannot be encoded;
///           std::length_error for a record larger than queue_options::largest.
/// Cost      a descriptor, and the memory that the records have needed at most. Values whose
///           encoding is their bytes are copied once on either side, under a lock that is held for
///           so long; others are encoded before and decoded after.
/// Source    Python's multiprocessing.Queue and JoinableQueue; names of P0260.
template <class T>
class queue {
    static_assert(std::is_same_v<T, std::remove_cvref_t<T>>,
                  "tandem: a queue holds values: name a type without const and &");

public:
    using value_type = T;

    /// \throws resource_error if there is no memory, or no descriptor
    queue() : queue{queue_options{}} {}
    explicit queue(const queue_options& options) : handle_{options} {
        detail::require_portable<T>();
    }

    /// Waits while the queue is full.
    /// \throws queue_closed if it is closed before there is room
    void push(const T& value) const { (void)push_within(value, detail::queue_handle::unlimited); }
    /// False if there was no room in time.
    [[nodiscard]] bool push_for(const T& value, std::chrono::nanoseconds limit) const {
        return push_within(value, limit);
    }
    [[nodiscard]] bool try_push(const T& value) const {
        return push_within(value, std::chrono::nanoseconds{0});
    }
    /// Pushes one by one, but for less each; records of others may come in between. Waits while the
    /// queue is full. After an exception the first ones are in the queue.
    template <std::ranges::input_range Range>
        requires std::convertible_to<std::ranges::range_reference_t<Range>, const T&>
    void push_range(Range&& values) const {
        constexpr std::size_t bytes_at_once = std::size_t{64} << 10;
        detail::borrowed_records records;
        for (const T& value : values) {
            records->bytes.write(value);
            records->close_record();
            if (records->bytes.size() < bytes_at_once && records->ends.size() < at_once) continue;
            handle_.push_all(*records);
            records->clear();
        }
        if (!records->ends.empty()) handle_.push_all(*records);
    }

    /// Waits while the queue is empty.
    /// \throws queue_closed if it is closed and empty
    [[nodiscard]] T pop() const {
        if constexpr (detail::plain_record<T>) {
            T value;
            (void)handle_.pop(std::as_writable_bytes(std::span{&value, 1}),
                              detail::queue_handle::unlimited);
            return value;
        } else {
            detail::borrowed_records records;
            (void)handle_.pop(*records, 1, detail::queue_handle::unlimited);
            return decode<T>(records->bytes.bytes());
        }
    }
    /// As pop(), into memory that is there already: for large records.
    void pop_into(T& value) const {
        if constexpr (detail::plain_record<T>) {
            (void)handle_.pop(std::as_writable_bytes(std::span{&value, 1}),
                              detail::queue_handle::unlimited);
        } else {
            detail::borrowed_records records;
            (void)handle_.pop(*records, 1, detail::queue_handle::unlimited);
            decoder in{records->bytes.bytes()};
            in.read_into(value);
            in.expect_end();
        }
    }
    /// None if there was no record in time.
    /// \throws queue_closed if it is closed and empty
    [[nodiscard]] std::optional<T> pop_for(std::chrono::nanoseconds limit) const {
        if constexpr (detail::plain_record<T>) {
            std::optional<T> value{std::in_place};
            if (!handle_.pop(std::as_writable_bytes(std::span{&*value, 1}), limit)) value.reset();
            return value;
        } else {
            detail::borrowed_records records;
            if (!handle_.pop(*records, 1, limit)) return std::nullopt;
            return decode<T>(records->bytes.bytes());
        }
    }
    [[nodiscard]] std::optional<T> try_pop() const { return pop_for(std::chrono::nanoseconds{0}); }
    /// Waits until there is a record, and takes those that are there, `most` at most; with leases
    /// one. A process that dies takes with it all that it has popped.
    /// \throws queue_closed if it is closed and empty
    [[nodiscard]] std::vector<T> pop_up_to(std::size_t most) const {
        std::vector<T> values;
        if (most == 0) return values;
        detail::borrowed_records records;
        (void)handle_.pop(*records, std::min(most, at_once), detail::queue_handle::unlimited);
        values.reserve(records->ends.size());
        std::size_t begin = 0;
        for (const auto end : records->ends) {
            values.push_back(decode<T>(records->bytes.bytes().subspan(begin, end - begin)));
            begin = end;
        }
        return values;
    }

    /// From now on nothing can be pushed; what is there can be popped. May be called again.
    void close() const { handle_.close(); }
    [[nodiscard]] bool is_closed() const noexcept { return handle_.is_closed(); }

    /// Records that wait to be popped: exact, at some moment of the call.
    [[nodiscard]] std::size_t size() const { return handle_.size(); }
    [[nodiscard]] bool empty() const { return size() == 0; }
    /// Records that may wait.
    [[nodiscard]] std::size_t capacity() const noexcept { return handle_.capacity(); }

    /// Says that a record which was popped has been dealt with. With leases: the one that this
    /// thread has had longest.
    /// \throws std::logic_error if there is none
    void task_done() const { handle_.task_done(); }
    /// Waits until each record that was ever pushed is done. For ever, if a process dies that has
    /// popped one; with leases the record returns instead.
    void join() const { (void)handle_.join(detail::queue_handle::unlimited); }
    /// False if time was up.
    [[nodiscard]] bool join_for(std::chrono::nanoseconds limit) const {
        return handle_.join(limit);
    }

    /// The same queue, whichever process it came from.
    friend bool operator==(const queue&, const queue&) = default;

private:
    friend access;

    static constexpr std::size_t at_once = 1024; // records, of bulk operations

    explicit queue(detail::queue_handle handle) noexcept : handle_{std::move(handle)} {}

    bool push_within(const T& value, std::chrono::nanoseconds limit) const {
        if constexpr (detail::plain_record<T>) {
            return handle_.push(std::as_bytes(std::span{&value, 1}), limit);
        } else {
            detail::borrowed_records records;
            records->bytes.write(value);
            return handle_.push(records->bytes.bytes(), limit);
        }
    }

    template <class Archive>
    void serialize(Archive& archive) {
        archive(handle_);
    }
    template <class Archive>
    static queue deserialize(Archive& archive) {
        return queue{archive.template read<detail::queue_handle>()};
    }

    detail::queue_handle handle_;
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "tandem/codec.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/shared_region.hpp"
#include "tandem/queue_options.hpp"

namespace tandem::channel {
class queue_end;
}

namespace tandem::detail {

/// Records as bytes, one behind the other.
struct record_bytes {
    encoder bytes;
    std::vector<std::size_t> ends; // of each

    void clear() noexcept {
        bytes.clear();
        ends.clear();
    }
    /// Says that what was written since the last one is a record.
    void close_record() { ends.push_back(bytes.size()); }
};

/// Memory for records that this thread keeps from one call to the next. A record's serialize() may
/// use a queue itself: it gets other memory.
class TANDEM_EXPORT borrowed_records {
public:
    borrowed_records() noexcept;
    borrowed_records(const borrowed_records&) = delete;
    borrowed_records& operator=(const borrowed_records&) = delete;
    ~borrowed_records();

    [[nodiscard]] record_bytes* operator->() noexcept { return &records_; }
    [[nodiscard]] record_bytes& operator*() noexcept { return records_; }

private:
    record_bytes records_;
};

/// A queue of bytes: the compiled half of queue<T>.
class TANDEM_EXPORT queue_handle {
public:
    using wait_limit = std::chrono::nanoseconds;
    static constexpr wait_limit unlimited = wait_limit::max(); // for as long as it takes

    /// \throws resource_error if there is no memory
    explicit queue_handle(const queue_options& options);

    /// False if time is up.
    bool push(std::span<const std::byte> record, wait_limit limit) const;
    void push_all(const record_bytes& records) const;
    /// False if time is up.
    /// \throws queue_damaged if the next record is of another size; it stays
    bool pop(std::span<std::byte> record, wait_limit limit) const;
    /// Appends records, `most` at most; false if time is up.
    bool pop(record_bytes& into, std::size_t most, wait_limit limit) const;

    void close() const;
    [[nodiscard]] bool is_closed() const noexcept;
    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::size_t capacity() const noexcept;
    void task_done() const;
    [[nodiscard]] bool join(wait_limit limit) const;

    friend bool operator==(const queue_handle& left, const queue_handle& right) noexcept {
        return left.region() == right.region();
    }

private:
    friend access;

    /// \throws codec_error if there is no queue in `region`
    explicit queue_handle(const shared_region& region);
    [[nodiscard]] const shared_region& region() const noexcept;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(region());
    }
    template <class Archive>
    static queue_handle deserialize(Archive& archive) {
        return queue_handle{archive.template read<shared_region>()};
    }

    std::shared_ptr<const channel::queue_end> end_;
};

} // namespace tandem::detail

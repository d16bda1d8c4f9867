// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "shm/record_queue.hpp"
#include "tandem/detail/shared_region.hpp"

namespace tandem::channel {

/// How long a call may wait; shm::unlimited: for as long as it takes.
using wait_limit = std::chrono::nanoseconds;

/// This process's end of a queue: shm::record_queue with waiting, with memory as it is needed, and
/// with the leases of this thread. Any number of threads use one.
class queue_end {
public:
    struct outcome {
        shm::queue_outcome what = shm::queue_outcome::done;
        std::size_t count = 0; // of records that went through
    };

    /// \throws resource_error if there is no memory for it
    [[nodiscard]] static queue_end create(const shm::queue_geometry& geometry);
    /// The queue in `region`; nullopt if there is none.
    [[nodiscard]] static std::optional<queue_end> open(const detail::shared_region& region);

    [[nodiscard]] const detail::shared_region& region() const noexcept { return region_; }
    [[nodiscard]] const shm::queue_geometry& geometry() const noexcept { return queue_.geometry(); }

    /// Pushes all; fewer if time is up (`full`), or with an error.
    /// \throws resource_error if there is no memory for a record
    [[nodiscard]] outcome push(shm::record_batch records, wait_limit limit) const;
    /// Pops one record at least, `most` at most; none if time is up (`empty`), or with an error.
    [[nodiscard]] outcome pop(shm::record_sink& sink, std::size_t most, wait_limit limit) const;

    [[nodiscard]] shm::queue_outcome close() const noexcept { return queue_.close(shm::unlimited); }
    [[nodiscard]] bool is_closed() const noexcept { return queue_.is_closed(); }
    [[nodiscard]] outcome size() const noexcept;
    [[nodiscard]] shm::queue_outcome task_done() const;
    /// `full`: time was up first.
    [[nodiscard]] shm::queue_outcome join(wait_limit limit) const noexcept;

private:
    queue_end(detail::shared_region region, const shm::record_queue& queue) noexcept;

    [[nodiscard]] shm::queue_attempt try_pop(shm::record_sink& sink, std::size_t most,
                                             shm::lock_patience patience) const;
    void back(std::uint64_t bytes) const;

    detail::shared_region region_;
    shm::record_queue queue_;
};

} // namespace tandem::channel

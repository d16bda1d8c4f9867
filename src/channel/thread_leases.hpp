// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "os/fork_generation.hpp"
#include "shm/record_queue.hpp"
#include "tandem/detail/shared_region.hpp"

namespace tandem::channel {

/// The records that this thread has taken from queues with leases and that are not done. It holds a
/// consumer of a queue only as long as it has records of it, and keeps the memory mapped so long:
/// the kernel looks there when the thread ends.
class thread_leases {
public:
    [[nodiscard]] static thread_leases& of_this_thread();

    thread_leases() = default;
    thread_leases(const thread_leases&) = delete;
    thread_leases& operator=(const thread_leases&) = delete;
    /// What the thread has not done returns.
    ~thread_leases();

    [[nodiscard]] shm::queue_attempt pop(const detail::shared_region& region,
                                         const shm::record_queue& queue, shm::record_sink& sink,
                                         shm::lock_patience patience);
    [[nodiscard]] shm::queue_outcome task_done(const detail::shared_region& region,
                                               const shm::record_queue& queue);

private:
    struct lease {
        detail::shared_region region;
        shm::record_queue queue;
        std::uint32_t consumer = 0;
        std::size_t records = 0;
    };

    [[nodiscard]] lease* find(const detail::shared_region& region) noexcept;
    void end(lease& ended) noexcept;

    std::vector<lease> leases_;
    unsigned generation_ = os::fork_generation();
};

} // namespace tandem::channel

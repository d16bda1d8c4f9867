// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "tandem/detail/export.hpp"
#include "tandem/detail/job.hpp"
#include "tandem/pool_options.hpp"

namespace tandem::runtime {
class pool_engine;
}

namespace tandem::detail {

/// A pool's engine, shared by the pool and its futures.
class TANDEM_EXPORT engine {
public:
    explicit engine(const pool_options& options);

    /// Hands a job over. `chunk_size` is in items, 0: adapt.
    void add(const std::shared_ptr<job>& job, std::size_t chunk_size) const;

    /// Waits until the job is done, for `limit` at most; true if it is. Collects results meanwhile.
    [[nodiscard]] bool wait(const job& job, std::chrono::nanoseconds limit) const;

    [[nodiscard]] int processes() const noexcept;

    /// Ends the workers; what has no outcome yet fails with `cancelled`.
    void terminate() const noexcept;

private:
    std::shared_ptr<runtime::pool_engine> engine_;
};

} // namespace tandem::detail

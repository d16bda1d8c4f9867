// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>

namespace tandem {

/// Options of a pool.
struct pool_options {
    /// Number of workers; 0: one per processor that this process may really use, usable_cpus().
    int processes = 0;
    /// How long the destructor lets a running task go on before it kills the worker.
    std::chrono::nanoseconds grace = std::chrono::seconds{1};
};

/// Options of a call, given to pool::with().
struct call_options {
    /// Items that travel together; 0: as many as take about 200 microseconds, fewer at the end.
    std::size_t chunk_size = 0;
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>

namespace tandem {

/// What a queue may hold. Memory is taken when records first need it, so large numbers cost address
/// space only.
struct queue_options {
    /// Records that may wait. With leases those that are not done count, too.
    std::size_t capacity = 32'768;
    /// Bytes of records that may wait. One record that is larger has the queue for itself.
    std::size_t bytes = std::size_t{16} << 20;
    /// The largest record there may be, in bytes, if that is more than `bytes`.
    std::size_t largest = std::size_t{4} << 30;
    /// A record that was popped stays until the thread that popped it calls task_done(). If that
    /// thread or its process ends first, the record returns to the front.
    bool leases = false;
};

} // namespace tandem

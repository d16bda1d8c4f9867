// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tandem/detail/export.hpp"
#include "tandem/error.hpp"

namespace tandem {

/// push() on a queue that was closed, or pop() on one that is empty, too.
class TANDEM_EXPORT queue_closed : public error {
public:
    using error::error;
    ~queue_closed() override;
};

/// The memory of a queue holds what no process that uses it properly writes there: another one has
/// written over it, or the queue holds records of another type. The queue is of no use any more.
class TANDEM_EXPORT queue_damaged : public error {
public:
    using error::error;
    ~queue_damaged() override;
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tandem/detail/export.hpp"
#include "tandem/error.hpp"

namespace tandem {

/// The process or thread that held a lock ended without unlocking it: what the lock guards is as
/// that one left it, half changed perhaps. Whoever gets this does *not* hold the lock, which is as
/// good as new: the next lock() succeeds. Thrown once for each such end; lock_inheriting() tells
/// the same without throwing, and holds the lock for repairs.
class TANDEM_EXPORT owner_died : public error {
public:
    using error::error;
    owner_died(const owner_died&) = default;
    owner_died& operator=(const owner_died&) = default;
    ~owner_died() override;
};

} // namespace tandem

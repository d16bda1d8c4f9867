// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

namespace tandem {

/// How a lock was got; it is held in either case.
enum class lock_outcome : std::uint8_t {
    locked,
    owner_died, // from one that ended while it held the lock: what the lock guards needs a look
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tandem/detail/export.hpp"
#include "tandem/error.hpp"

namespace tandem {

/// A semaphore was released more often than it can be: a bounded_semaphore above its initial value,
/// a semaphore above semaphore::max(). It has not been released.
class TANDEM_EXPORT released_too_often : public error {
public:
    using error::error;
    released_too_often(const released_too_often&) = default;
    released_too_often& operator=(const released_too_often&) = default;
    ~released_too_often() override;
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tandem/detail/export.hpp"
#include "tandem/error.hpp"

namespace tandem {

/// The others at a barrier will not come: one of those that waited has died, its time was up, or
/// somebody has called abort() or reset(). The message says which, if this process knows. All that
/// wait get it, and all that come later until reset().
class TANDEM_EXPORT barrier_broken : public error {
public:
    using error::error;
    barrier_broken(const barrier_broken&) = default;
    barrier_broken& operator=(const barrier_broken&) = default;
    ~barrier_broken() override;
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tandem/detail/export.hpp"
#include "tandem/error.hpp"

namespace tandem {

/// Memory that processes share holds what no correct process writes: one of them has written over
/// it. The object there cannot be used any more; make a new one.
class TANDEM_EXPORT memory_corrupted : public error {
public:
    using error::error;
    memory_corrupted(const memory_corrupted&) = default;
    memory_corrupted& operator=(const memory_corrupted&) = default;
    ~memory_corrupted() override;
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "tandem/detail/export.hpp"
#include "tandem/error.hpp"

namespace tandem {

/// Shared memory does not hold what it should: it was made for something else, or somebody has
/// written over it. The message says what was read, and what is wrong with it.
class TANDEM_EXPORT layout_error : public error {
public:
    using error::error;
    layout_error(const layout_error&) = default;
    layout_error& operator=(const layout_error&) = default;
    ~layout_error() override;
};

} // namespace tandem

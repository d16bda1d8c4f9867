// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace tandem::runtime {

/// Processors that this process may really use: see tandem/resources.hpp.
[[nodiscard]] int usable_cpu_count();

} // namespace tandem::runtime

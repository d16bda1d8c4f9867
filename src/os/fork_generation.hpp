// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace tandem::os {

/// A number that differs in a fork of this process: tells what belongs to it from what it has only
/// inherited, for less than asking the kernel.
[[nodiscard]] unsigned fork_generation() noexcept;

} // namespace tandem::os

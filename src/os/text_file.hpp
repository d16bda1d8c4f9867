// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

namespace tandem::os {

/// The whole of a text file that the kernel writes, such as one of /proc or /sys; empty if it
/// cannot be read.
[[nodiscard]] std::string read_text(const std::string& path);

} // namespace tandem::os

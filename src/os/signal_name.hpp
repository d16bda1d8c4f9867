// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>

namespace tandem::os {

/// Such as "SIGSEGV"; "SIGRTMIN+3" or a number for those without a name of their own.
[[nodiscard]] std::string signal_name(int signal);

} // namespace tandem::os

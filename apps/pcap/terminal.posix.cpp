// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "terminal.hpp"

#include <unistd.h>

namespace traffic {

bool stderr_is_terminal() noexcept { return ::isatty(STDERR_FILENO) == 1; }

} // namespace traffic

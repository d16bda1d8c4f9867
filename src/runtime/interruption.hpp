// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What an engine does about Ctrl-C; see tandem/interrupt.hpp. It looks at the flag whenever it is
// about to hand out, and whoever waits looks ten times a second: nothing has to be woken up.

#include <cstddef>
#include <exception>
#include <optional>

#include "os/interrupt.hpp"

namespace tandem::runtime {

/// True once no further item is to be begun.
[[nodiscard]] inline bool interrupt_requested() noexcept { return os::interrupt_caught(); }

/// The error of what was not done. `done`: items with a result, of `all`; nullopt: not known.
[[nodiscard]] std::exception_ptr interrupted_error(std::size_t done,
                                                   std::optional<std::size_t> all) noexcept;

} // namespace tandem::runtime

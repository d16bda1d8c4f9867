// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "os/result.hpp"

namespace tandem::os {

/// Takes the next SIGINT over: it is noted and does nothing else, and the one after it has its
/// default action. A program that ignores SIGINT goes on to ignore it. EBUSY if it is taken over
/// already.
[[nodiscard]] result<void> catch_interrupt() noexcept;

/// Gives SIGINT back the action that it had, and forgets that one has come.
void release_interrupt() noexcept;

/// True from the SIGINT that was taken over until it is given back; never in a fork of the process
/// that took it over.
[[nodiscard]] bool interrupt_caught() noexcept;

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace traffic {

inline constexpr int interrupted_status = 130; // 128 + SIGINT, as a shell reports it

/// From now on Ctrl-C ends this process at once, with status 130 and without a message; the
/// workers end with it.
void exit_on_interrupt();

/// From now on Ctrl-C only makes is_interrupted() true.
void remember_interrupt();

[[nodiscard]] bool is_interrupted();

} // namespace traffic

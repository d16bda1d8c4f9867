// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

namespace traffic {

/// Whether standard error is a terminal, on which a line may be drawn again and again.
[[nodiscard]] bool stderr_is_terminal() noexcept;

} // namespace traffic

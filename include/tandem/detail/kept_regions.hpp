// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <memory>

#include "tandem/detail/export.hpp"

namespace tandem::detail {

/// From now on this process keeps the last `most` shared regions that it receives, each with its
/// descriptor, so that those that come again are mapped still: mapping memory costs a fault for
/// every few pages. A worker does, and drops them when it has had nothing to do for a while.
///
/// Sharing   any thread
TANDEM_EXPORT void keep_received_regions(std::size_t most) noexcept;
/// Keeps none of those that it has.
TANDEM_EXPORT void drop_received_regions() noexcept;

/// One that was received.
TANDEM_EXPORT void note_received_region(const std::shared_ptr<const void>& content) noexcept;

} // namespace tandem::detail

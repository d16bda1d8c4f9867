// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tandem::runtime {

/// Keeps what a `share` message brings: its number, and the bytes behind it.
void keep_shared_bytes(std::span<const std::byte> message);
void drop_shared_bytes(std::uint64_t id) noexcept;

} // namespace tandem::runtime

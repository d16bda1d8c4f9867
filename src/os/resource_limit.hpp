// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "os/result.hpp"

namespace tandem::os {

enum class limited : std::uint8_t {
    address_space, // bytes
    open_files,
    cpu_time,   // seconds
    file_size,  // bytes
    core_size,  // bytes
    stack_size, // bytes
    processes,  // of the user
};

/// Lets this process have `most` of a resource at the most, for ever (setrlimit(2), both limits).
[[nodiscard]] result<void> limit_resource(limited what, std::uint64_t most) noexcept;

/// Raises the limit of open descriptors as far as it may be; returns what it was.
std::uint64_t raise_descriptor_limit() noexcept;
/// Sets the limit that raise_descriptor_limit() has raised.
void set_descriptor_limit(std::uint64_t limit) noexcept;

} // namespace tandem::os

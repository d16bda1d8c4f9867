// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

enum class file_use : std::uint8_t {
    read,
    overwrite, // create, or empty
    append,    // create, or write at the end
};

[[nodiscard]] result<unique_fd> open_file(const std::string& path, file_use use) noexcept;

/// Another descriptor for the same open file.
[[nodiscard]] result<unique_fd> duplicate(int descriptor) noexcept;

/// Keeps `descriptor` from programs that this one executes.
void close_on_exec(int descriptor) noexcept;

[[nodiscard]] bool is_open(int descriptor) noexcept;

} // namespace tandem::os

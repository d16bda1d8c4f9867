// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

/// A directory, to be entered later by whoever holds the descriptor.
[[nodiscard]] result<unique_fd> open_directory(const std::string& path) noexcept;

/// What tells one directory from another; equal to a default one if there is none.
struct directory_identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;

    friend bool operator==(const directory_identity&, const directory_identity&) = default;
};
[[nodiscard]] directory_identity identify_working_directory() noexcept;

/// Makes `directory` the working directory of this process.
[[nodiscard]] result<void> enter_directory(const unique_fd& directory) noexcept;

} // namespace tandem::os

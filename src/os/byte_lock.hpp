// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

/// Opens the file behind `fd` once more: locks taken through the new descriptor are its own. They
/// go when it and its copies, those in forks included, are closed, by the end of a process too.
/// Needs /proc.
[[nodiscard]] result<unique_fd> open_again(const unique_fd& fd);

/// Locks a byte of a file for `fd` alone, without waiting; false if another one has it.
/// Source  fcntl(2), open file description locks
[[nodiscard]] result<bool> lock_byte(const unique_fd& fd, std::size_t offset) noexcept;

/// True if the byte is locked by anybody but `fd`.
[[nodiscard]] result<bool> byte_is_locked(const unique_fd& fd, std::size_t offset) noexcept;

} // namespace tandem::os

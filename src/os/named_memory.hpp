// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

// Memory that processes find by a name: what shm_open() opens, and other languages with it. The
// name is a file's, of any bytes but '/' and 0; who calls has checked that.
// Crash   a name outlives its processes: memory and name stay until somebody removes the name.
// Source  shm_overview(7)

/// Where the names are.
inline constexpr const char* named_memory_directory = "/dev/shm";
/// Bytes; shm_open() takes no more.
inline constexpr std::size_t longest_memory_name = 254;

/// Creates zeros for this user's processes, all of them reserved. The name appears with the memory
/// complete, or not at all: a process that is killed here leaves nothing. EEXIST if it is taken.
/// Source  open(2), O_TMPFILE
[[nodiscard]] result<unique_fd> create_named_memory(const std::string& name, std::size_t bytes);

/// ENOENT if there is none.
[[nodiscard]] result<unique_fd> open_named_memory(const std::string& name);

/// Removes the name if it shows what `fd` shows, and not something that came later. False if it
/// does not. The memory goes with the last process that has it.
[[nodiscard]] result<bool> remove_named_memory(const std::string& name, const unique_fd& fd);

/// Room for named memory; nullopt where it has no limit, or cannot be asked for.
[[nodiscard]] std::optional<std::uint64_t> free_named_memory() noexcept;

/// Bytes of `fd` that nobody has reserved or used yet.
[[nodiscard]] result<std::size_t> unreserved_bytes(const unique_fd& fd) noexcept;

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

struct pipe_ends {
    unique_fd reader; // does not wait for data
    unique_fd writer; // waits for room
};
[[nodiscard]] result<pipe_ends> create_pipe() noexcept;

/// Reads what is there, as far as it fits; 0 at the end of the stream, EAGAIN if there is nothing
/// now.
[[nodiscard]] result<std::size_t> read_some(const unique_fd& reader, std::span<char> into) noexcept;

/// Bytes that can be read now.
[[nodiscard]] std::size_t waiting_bytes(const unique_fd& reader) noexcept;

/// Writes all of `text`, waiting for room. Gives up if nobody can read it any more, unless SIGPIPE
/// ends the process.
void write_all(int descriptor, std::string_view text) noexcept;

} // namespace tandem::os

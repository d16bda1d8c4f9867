// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

/// As long as the name of a Unix socket may be: sun_path, with its zero.
inline constexpr std::size_t most_unix_name_bytes = 107;

/// A Unix socket that waits for connections, and the name that it has in a folder.
/// Crash   the file stays; whoever listens there next replaces it.
class unix_listener {
public:
    unix_listener() = default;
    unix_listener(unix_listener&& other) noexcept = default;
    unix_listener& operator=(unix_listener&& other) noexcept;
    /// Removes the file, if it is still the one made here, and if this is the process that made it.
    ~unix_listener();

    [[nodiscard]] const unique_fd& fd() const noexcept { return fd_; }

private:
    friend result<unix_listener> listen_unix(const std::string& name, int backlog, bool for_all);
    void remove_file() noexcept;

    unique_fd fd_;
    std::string path_; // empty: it has no file
    std::uint64_t device_ = 0;
    std::uint64_t inode_ = 0;
    unsigned made_in_ = 0;
};

/// Listens at a path, or at an abstract name that begins with '@'. A socket file that nobody
/// listens at is replaced; EADDRINUSE if somebody does, or if the file is no socket. Unless
/// `for_all`, only this user may connect to the file.
[[nodiscard]] result<unix_listener> listen_unix(const std::string& name, int backlog, bool for_all);

/// Waits for room in the listener's queue, for `limit` at most (ETIMEDOUT).
[[nodiscard]] result<unique_fd> connect_unix(const std::string& name,
                                             std::chrono::nanoseconds limit) noexcept;

} // namespace tandem::os

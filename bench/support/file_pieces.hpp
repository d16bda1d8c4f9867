// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <span>
#include <system_error>
#include <vector>

namespace bench {

/// Reads the file front to back in pieces of 1 MiB into one buffer, which stays in the cache, and
/// gives each to `use(std::span<const std::byte>)`.
template <class Use>
void for_each_piece(const char* path, Use&& use) {
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), path);
    std::vector<std::byte> buffer(1 << 20);
    for (::off_t at = 0;;) {
        const ::ssize_t got = ::pread(fd, buffer.data(), buffer.size(), at);
        if (got < 0) throw std::system_error(errno, std::generic_category(), path);
        if (got == 0) break;
        use(std::span<const std::byte>{buffer.data(), static_cast<std::size_t>(got)});
        at += got;
    }
    ::close(fd);
}

} // namespace bench

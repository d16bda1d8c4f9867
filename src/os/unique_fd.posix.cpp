// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/unique_fd.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace tandem::os {

void unique_fd::reset() noexcept {
    if (fd_ != none) ::close(std::exchange(fd_, none));
}

unique_fd above_standard(unique_fd fd) noexcept {
    if (!fd || fd.get() > STDERR_FILENO) return fd;
    unique_fd moved{::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
    return moved ? std::move(moved) : std::move(fd);
}

} // namespace tandem::os

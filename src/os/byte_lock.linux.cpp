// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/byte_lock.hpp"

#include <fcntl.h>

#include <string>
#include <utility>

namespace tandem::os {

namespace {

struct flock one_byte(std::size_t offset) noexcept {
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = static_cast<off_t>(offset);
    lock.l_len = 1;
    return lock;
}

} // namespace

result<unique_fd> open_again(const unique_fd& fd) {
    const auto path = "/proc/self/fd/" + std::to_string(fd.get());
    const auto open = [&] { return ::open(path.c_str(), O_RDWR | O_CLOEXEC); };
    unique_fd again{retry_on_eintr(open)};
    if (!again) return last_error();
    return above_standard(std::move(again));
}

result<bool> lock_byte(const unique_fd& fd, std::size_t offset) noexcept {
    auto lock = one_byte(offset);
    if (::fcntl(fd.get(), F_OFD_SETLK, &lock) == 0) return true;
    if (errno == EAGAIN || errno == EACCES) return false;
    return last_error();
}

result<bool> byte_is_locked(const unique_fd& fd, std::size_t offset) noexcept {
    auto lock = one_byte(offset);
    if (::fcntl(fd.get(), F_OFD_GETLK, &lock) == -1) return last_error();
    return lock.l_type != F_UNLCK;
}

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/file.hpp"

#include <fcntl.h>

namespace tandem::os {

namespace {

constexpr int flags_of(file_use use) noexcept {
    switch (use) {
        case file_use::read:
            return O_RDONLY;
        case file_use::overwrite:
            return O_WRONLY | O_CREAT | O_TRUNC;
        case file_use::append:
            return O_WRONLY | O_CREAT | O_APPEND;
    }
    return O_RDONLY;
}

constexpr mode_t all_may_read_and_write = 0666; // less what the umask takes away
constexpr int first_above_standard = 3;

} // namespace

result<unique_fd> open_file(const std::string& path, file_use use) noexcept {
    const auto open = [&] {
        return ::open(path.c_str(), flags_of(use) | O_CLOEXEC, all_may_read_and_write);
    };
    unique_fd file{retry_on_eintr(open)};
    if (!file) return last_error();
    return above_standard(std::move(file));
}

result<unique_fd> duplicate(int descriptor) noexcept {
    unique_fd copy{::fcntl(descriptor, F_DUPFD_CLOEXEC, first_above_standard)};
    if (!copy) return last_error();
    return copy;
}

void close_on_exec(int descriptor) noexcept { (void)::fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

bool is_open(int descriptor) noexcept { return ::fcntl(descriptor, F_GETFD) != -1; }

} // namespace tandem::os

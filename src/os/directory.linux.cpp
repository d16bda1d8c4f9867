// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tandem::os {

result<unique_fd> open_directory(const std::string& path) noexcept {
    // O_PATH: also one that may be entered but not listed.
    auto directory =
        above_standard(unique_fd{::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)});
    if (!directory) return last_error();
    return directory;
}

directory_identity identify_working_directory() noexcept {
    struct stat info{};
    if (::stat(".", &info) == -1) return {};
    return {info.st_dev, info.st_ino};
}

result<void> enter_directory(const unique_fd& directory) noexcept {
    if (::fchdir(directory.get()) == -1) return last_error();
    return {};
}

} // namespace tandem::os

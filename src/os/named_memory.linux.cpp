// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/named_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "os/memory_object.hpp"

namespace tandem::os {

namespace {

constexpr mode_t owner_only = S_IRUSR | S_IWUSR;

std::string path_of(const std::string& name) {
    return std::string{named_memory_directory} + "/" + name;
}

} // namespace

result<unique_fd> create_named_memory(const std::string& name, std::size_t bytes) {
    const auto path = path_of(name);
    struct stat there{};
    if (::lstat(path.c_str(), &there) == 0) // before the work; linkat() is what decides
        return std::unexpected{error_from(EEXIST)};
    if (const auto fits = check_file_size(bytes); !fits) return std::unexpected{fits.error()};

    const auto open = [] {
        return ::open(named_memory_directory, O_TMPFILE | O_RDWR | O_CLOEXEC, owner_only);
    };
    auto fd = above_standard(unique_fd{retry_on_eintr(open)});
    if (!fd) return last_error();
    if (const auto reserved = reserve_memory(fd, bytes); !reserved)
        return std::unexpected{reserved.error()};

    const auto nameless = "/proc/self/fd/" + std::to_string(fd.get());
    if (::linkat(AT_FDCWD, nameless.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == -1)
        return last_error();
    return fd;
}

result<unique_fd> open_named_memory(const std::string& name) {
    const auto open = [&] { return ::shm_open(("/" + name).c_str(), O_RDWR, 0); };
    auto fd = above_standard(unique_fd{retry_on_eintr(open)});
    if (!fd) return last_error();
    return fd;
}

result<bool> remove_named_memory(const std::string& name, const unique_fd& fd) {
    struct stat named{};
    struct stat ours{};
    if (::lstat(path_of(name).c_str(), &named) == -1) {
        if (errno == ENOENT) return false;
        return last_error();
    }
    if (::fstat(fd.get(), &ours) == -1) return last_error();
    if (named.st_dev != ours.st_dev || named.st_ino != ours.st_ino) return false;
    if (::shm_unlink(("/" + name).c_str()) == 0) return true;
    if (errno == ENOENT) return false;
    return last_error();
}

std::optional<std::uint64_t> free_named_memory() noexcept {
    struct statvfs room{};
    const auto ask = [&] { return ::statvfs(named_memory_directory, &room); };
    if (retry_on_eintr(ask) == -1 || room.f_blocks == 0) return std::nullopt;
    return std::uint64_t{room.f_bavail} * room.f_frsize;
}

result<std::size_t> unreserved_bytes(const unique_fd& fd) noexcept {
    constexpr std::size_t block_bytes = 512; // whatever the file system's are: stat(2)
    struct stat info{};
    if (::fstat(fd.get(), &info) == -1) return last_error();
    const auto bytes = static_cast<std::size_t>(info.st_size);
    const auto reserved = static_cast<std::size_t>(info.st_blocks) * block_bytes;
    return reserved < bytes ? bytes - reserved : 0;
}

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/memory_object.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tandem::os {

namespace {

constexpr int size_seals = F_SEAL_SHRINK | F_SEAL_GROW;

} // namespace

result<unique_fd> create_memory_object(const char* name, std::size_t bytes) noexcept {
    auto fd = above_standard(unique_fd{::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)});
    if (!fd) return last_error();
    const auto resize = [&] { return ::ftruncate(fd.get(), static_cast<off_t>(bytes)); };
    if (retry_on_eintr(resize) == -1) return last_error();
    if (::fcntl(fd.get(), F_ADD_SEALS, size_seals | F_SEAL_SEAL) == -1) return last_error();
    return fd;
}

result<std::size_t> memory_object_bytes(const unique_fd& fd) noexcept {
    struct stat info{};
    if (::fstat(fd.get(), &info) == -1) return last_error();
    return static_cast<std::size_t>(info.st_size);
}

bool size_is_sealed(const unique_fd& fd) noexcept {
    const int seals = ::fcntl(fd.get(), F_GET_SEALS);
    return seals != -1 && (seals & size_seals) == size_seals;
}

std::size_t page_bytes() noexcept {
    static const auto bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return bytes;
}

result<mapping> mapping::map(const unique_fd& fd, std::size_t offset, std::size_t bytes) noexcept {
    void* address = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(),
                           static_cast<off_t>(offset));
    if (address == MAP_FAILED) return last_error();
    return mapping{{static_cast<std::byte*>(address), bytes}};
}

result<mapping> mapping::map_twice(const unique_fd& fd, std::size_t offset,
                                   std::size_t bytes) noexcept {
    // Reserve the room first: both views then replace a part of memory that is ours already.
    void* room =
        ::mmap(nullptr, 2 * bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) return last_error();
    mapping whole{{static_cast<std::byte*>(room), 2 * bytes}};
    for (std::size_t view = 0; view < 2; ++view) {
        const void* address =
            ::mmap(whole.bytes_.data() + view * bytes, bytes, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_FIXED, fd.get(), static_cast<off_t>(offset));
        if (address == MAP_FAILED) return last_error();
    }
    return whole;
}

mapping::~mapping() {
    if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

} // namespace tandem::os

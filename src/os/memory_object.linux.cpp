// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/memory_object.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tandem::os {

namespace {

constexpr int size_seals = F_SEAL_SHRINK | F_SEAL_GROW;

result<void> write_all(const unique_fd& fd, std::span<const std::byte> bytes) noexcept {
    while (!bytes.empty()) {
        // The kernel writes 2 GiB at the most in one call.
        const auto write = [&] { return ::write(fd.get(), bytes.data(), bytes.size()); };
        const auto written = retry_on_eintr(write);
        if (written == -1) return last_error();
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

} // namespace

result<void> check_file_size(std::size_t bytes) noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) == 0 && bytes > limit.rlim_cur)
        return std::unexpected{error_from(EFBIG)};
    return {};
}

result<unique_fd> create_memory_object(const char* name, std::size_t bytes) noexcept {
    if (const auto fits = check_file_size(bytes); !fits) return std::unexpected{fits.error()};
    auto fd = above_standard(unique_fd{::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)});
    if (!fd) return last_error();
    const auto resize = [&] { return ::ftruncate(fd.get(), static_cast<off_t>(bytes)); };
    if (retry_on_eintr(resize) == -1) return last_error();
    if (::fcntl(fd.get(), F_ADD_SEALS, size_seals | F_SEAL_SEAL) == -1) return last_error();
    return fd;
}

result<unique_fd> create_memory_object_of(
    const char* name, std::initializer_list<std::span<const std::byte>> parts) noexcept {
    std::size_t bytes = 0;
    for (const auto part : parts) bytes += part.size();
    if (const auto fits = check_file_size(bytes); !fits) return std::unexpected{fits.error()};
    auto fd = create_growing_memory_object(name);
    if (!fd) return fd;
    for (const auto part : parts)
        if (const auto written = write_all(*fd, part); !written)
            return std::unexpected{written.error()};
    if (const auto sealed = seal_memory_object(*fd); !sealed)
        return std::unexpected{sealed.error()};
    return fd;
}

result<unique_fd> create_growing_memory_object(const char* name) noexcept {
    auto fd = above_standard(unique_fd{::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)});
    if (!fd) return last_error();
    return fd;
}

result<void> write_to_memory_object(const unique_fd& fd,
                                    std::span<const std::byte> bytes) noexcept {
    if (const auto fits = check_file_size(bytes.size()); !fits) return fits;
    return write_all(fd, bytes);
}

result<void> seal_memory_object(const unique_fd& fd) noexcept {
    if (::fcntl(fd.get(), F_ADD_SEALS, size_seals | F_SEAL_WRITE | F_SEAL_SEAL) == -1)
        return last_error();
    return {};
}

result<std::size_t> memory_object_bytes(const unique_fd& fd) noexcept {
    struct stat info{};
    if (::fstat(fd.get(), &info) == -1) return last_error();
    return static_cast<std::size_t>(info.st_size);
}

bool is_memory_object(int descriptor) noexcept {
    return ::fcntl(descriptor, F_GET_SEALS) != -1; // EINVAL for anything else
}

result<void> reserve_memory(const unique_fd& fd, std::size_t bytes) noexcept {
    const auto allocate = [&] { return ::fallocate(fd.get(), 0, 0, static_cast<off_t>(bytes)); };
    if (retry_on_eintr(allocate) == -1) return last_error();
    return {};
}

result<object_identity> identify_object(const unique_fd& fd) noexcept {
    struct stat info{};
    if (::fstat(fd.get(), &info) == -1) return last_error();
    return object_identity{info.st_dev, info.st_ino};
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

result<mapping> mapping::map_whole(const unique_fd& fd) noexcept {
    const auto bytes = memory_object_bytes(fd);
    if (!bytes) return std::unexpected{bytes.error()};
    if (*bytes == 0) return mapping{};
    void* address = ::mmap(nullptr, *bytes, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (address == MAP_FAILED) return last_error();
    return mapping{{static_cast<std::byte*>(address), *bytes}};
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

void mapping::keep_from_forks() const noexcept {
    (void)::madvise(bytes_.data(), bytes_.size(), MADV_DONTFORK);
}

mapping::~mapping() {
    if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

} // namespace tandem::os

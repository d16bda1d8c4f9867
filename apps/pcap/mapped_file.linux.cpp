// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The only file of this program, with terminal.posix.cpp, that makes system calls: fstat() and
// madvise() have no counterpart in the standard library or in Boost.Interprocess.

#include "mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "capture_error.hpp"

namespace traffic {

namespace {

[[noreturn]] void fail(const std::string& path, const std::string& doing) {
    throw capture_error{path, doing + std::system_category().message(errno)};
}

file_identity identify(const struct stat& facts) {
    constexpr std::int64_t second = 1'000'000'000;
    return {.device = facts.st_dev,
            .inode = facts.st_ino,
            .size = static_cast<std::uint64_t>(facts.st_size),
            .modified = facts.st_mtim.tv_sec * second + facts.st_mtim.tv_nsec};
}

} // namespace

mapped_file::mapped_file(std::string path) : path_{std::move(path)} {
    // Without O_NONBLOCK opening a FIFO would wait for a writer before it could be refused.
    const int descriptor = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor == -1) fail(path_, "");
    struct stat facts{};
    const bool known = ::fstat(descriptor, &facts) == 0;
    const bool directory = known && S_ISDIR(facts.st_mode);
    if (!known || !S_ISREG(facts.st_mode)) {
        ::close(descriptor);
        throw capture_error{path_, directory ? "is a directory" : "is not a regular file"};
    }
    identity_ = identify(facts);
    descriptor_ = descriptor;
}

mapped_file::~mapped_file() {
    if (mapping_ != nullptr) ::munmap(mapping_, size());
    if (descriptor_ != -1) ::close(descriptor_);
}

std::size_t mapped_file::read_at(std::uint64_t offset, std::span<std::byte> into) const {
    std::size_t done = 0;
    while (done < into.size()) {
        const auto got = ::pread(descriptor_, into.data() + done, into.size() - done,
                                 static_cast<off_t>(offset + done));
        if (got == 0) break;
        if (got > 0) {
            done += static_cast<std::size_t>(got);
        } else if (errno != EINTR) {
            fail(path_, "cannot read: ");
        }
    }
    return done;
}

std::span<const std::byte> mapped_file::bytes() {
    if (mapping_ == nullptr && size() > 0) {
        void* const mapping = ::mmap(nullptr, size(), PROT_READ, MAP_SHARED, descriptor_, 0);
        if (mapping == MAP_FAILED) fail(path_, "cannot map: ");
        mapping_ = mapping;
    }
    return {static_cast<const std::byte*>(mapping_), size()};
}

void mapped_file::populate(std::uint64_t begin, std::uint64_t end) {
    constexpr std::uint64_t page = 4096; // a larger real page size only makes the hint fail
    const auto first = begin / page * page;
    (void)::madvise(static_cast<std::byte*>(mapping_) + first, end - first, MADV_POPULATE_READ);
}

} // namespace traffic

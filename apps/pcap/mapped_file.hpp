// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace traffic {

/// Tells whether two processes, or two moments, see the same file with the same content.
struct file_identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified = 0; // nanoseconds since 1970

    bool operator==(const file_identity&) const = default;
};

/// A regular file, open for reading: by position, or through a read-only mapping of all of it.
///
/// Crash     a file that is cut short while it is mapped kills its reader with SIGBUS. read_at()
///           has no such risk, so a process that must survive uses that.
class mapped_file {
public:
    /// \throws capture_error if the file cannot be opened or is not a regular file.
    explicit mapped_file(std::string path);
    mapped_file(const mapped_file&) = delete;
    mapped_file& operator=(const mapped_file&) = delete;
    ~mapped_file();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] const file_identity& identity() const noexcept { return identity_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return identity_.size; }

    /// Fills `into` from `offset` on; returns the bytes read, fewer only at the end of the file.
    /// \throws capture_error if the device fails.
    [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const;

    /// The whole file; mapped at the first call.
    /// \throws capture_error if the file cannot be mapped.
    [[nodiscard]] std::span<const std::byte> bytes();

    /// Maps the pages of [begin, end) in one system call instead of one fault for every 16 pages.
    /// A hint: where the kernel cannot do it, the pages come by fault.
    void populate(std::uint64_t begin, std::uint64_t end);

private:
    std::string path_;
    int descriptor_ = -1;
    file_identity identity_;
    void* mapping_ = nullptr;
};

} // namespace traffic

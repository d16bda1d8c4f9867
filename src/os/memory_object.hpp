// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

/// Creates anonymous, zero-filled memory that any process holding the descriptor can map, and that
/// the kernel frees with the last descriptor and mapping: nothing is named, so nothing leaks.
/// `name` is for /proc/<pid>/maps only. The size is sealed: a peer can neither cut it, which would
/// turn our next access into SIGBUS, nor grow it.
[[nodiscard]] result<unique_fd> create_memory_object(const char* name, std::size_t bytes) noexcept;

/// Creates such memory with `parts` in it, one behind the other.
[[nodiscard]] result<unique_fd> create_memory_object_of(
    const char* name, std::initializer_list<std::span<const std::byte>> parts) noexcept;

/// Creates an empty one that grows with what is written to it.
[[nodiscard]] result<unique_fd> create_growing_memory_object(const char* name) noexcept;
[[nodiscard]] result<void> write_to_memory_object(const unique_fd& fd,
                                                  std::span<const std::byte> bytes) noexcept;
/// Seals size and content, if nobody else has it mapped for writing.
[[nodiscard]] result<void> seal_memory_object(const unique_fd& fd) noexcept;

/// Bytes in the object behind `fd`.
[[nodiscard]] result<std::size_t> memory_object_bytes(const unique_fd& fd) noexcept;

/// True if `descriptor` is open and shows a memory object.
[[nodiscard]] bool is_memory_object(int descriptor) noexcept;

/// Takes the memory now that [0, bytes) will need. Without it, a page that cannot be had when it is
/// first used is a SIGBUS.
[[nodiscard]] result<void> reserve_memory(const unique_fd& fd, std::size_t bytes) noexcept;

/// EFBIG if a file of `bytes` is over the limit of file sizes (RLIMIT_FSIZE), which counts here
/// too, and which raises a signal when it is met.
[[nodiscard]] result<void> check_file_size(std::size_t bytes) noexcept;

/// Tells objects apart, as long as they live.
struct object_identity {
    std::uint64_t device = 0;
    std::uint64_t number = 0;

    friend auto operator<=>(const object_identity&, const object_identity&) = default;
};
[[nodiscard]] result<object_identity> identify_object(const unique_fd& fd) noexcept;

/// True if the object's size can no longer change, so that what is mapped stays mapped.
[[nodiscard]] bool size_is_sealed(const unique_fd& fd) noexcept;

[[nodiscard]] std::size_t page_bytes() noexcept;

/// A shared mapping of a part of a memory object, unmapped with this object.
class mapping {
public:
    /// Maps [offset, offset + bytes) once.
    [[nodiscard]] static result<mapping> map(const unique_fd& fd, std::size_t offset,
                                             std::size_t bytes) noexcept;

    /// Maps all of an object whose size is sealed, for reading only.
    [[nodiscard]] static result<mapping> map_whole(const unique_fd& fd) noexcept;

    /// Maps [offset, offset + bytes) twice, one behind the other, so that a record that runs over
    /// the end of a ring is contiguous all the same. `bytes` is a multiple of the page size;
    /// bytes() spans both views.
    [[nodiscard]] static result<mapping> map_twice(const unique_fd& fd, std::size_t offset,
                                                   std::size_t bytes) noexcept;

    mapping() = default;
    mapping(mapping&& other) noexcept : bytes_{std::exchange(other.bytes_, {})} {}
    mapping& operator=(mapping other) noexcept {
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~mapping();

    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return bytes_; }

    /// Forks of this process have nothing there.
    void keep_from_forks() const noexcept;

private:
    explicit mapping(std::span<std::byte> bytes) noexcept : bytes_{bytes} {}

    std::span<std::byte> bytes_;
};

} // namespace tandem::os

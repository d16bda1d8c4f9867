// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Replaces operator new to count the bytes in use. For one source file of a program.

#include <cstddef>
#include <cstdlib>
#include <new>

namespace tandem::test {

inline std::size_t bytes_in_use = 0;
inline std::size_t most_bytes_in_use = 0;

/// The most memory in use at one time since the watch was made, above what was in use then.
class allocation_watch {
public:
    allocation_watch() { most_bytes_in_use = bytes_in_use; }
    [[nodiscard]] std::size_t peak_bytes() const { return most_bytes_in_use - before_; }

private:
    std::size_t before_ = bytes_in_use;
};

// The size is kept in front of the block, in a unit that keeps its alignment.
inline constexpr std::size_t header = alignof(std::max_align_t);

inline void* counted_allocate_or_null(std::size_t size) noexcept {
    auto* const block = static_cast<std::byte*>(std::malloc(header + size));
    if (block == nullptr) return nullptr;
    ::new (block) std::size_t{size};
    bytes_in_use += size;
    if (bytes_in_use > most_bytes_in_use) most_bytes_in_use = bytes_in_use;
    return block + header;
}

inline void* counted_allocate(std::size_t size) {
    void* const memory = counted_allocate_or_null(size);
    if (memory == nullptr) throw std::bad_alloc{};
    return memory;
}

inline void counted_free(void* memory) noexcept {
    if (memory == nullptr) return;
    auto* const block = static_cast<std::byte*>(memory) - header;
    bytes_in_use -= *reinterpret_cast<std::size_t*>(block);
    std::free(block);
}

} // namespace tandem::test

void* operator new(std::size_t size) { return tandem::test::counted_allocate(size); }
void* operator new[](std::size_t size) { return tandem::test::counted_allocate(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return tandem::test::counted_allocate_or_null(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return tandem::test::counted_allocate_or_null(size);
}
void operator delete(void* memory) noexcept { tandem::test::counted_free(memory); }
void operator delete[](void* memory) noexcept { tandem::test::counted_free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept {
    tandem::test::counted_free(memory);
}
void operator delete[](void* memory, const std::nothrow_t&) noexcept {
    tandem::test::counted_free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { tandem::test::counted_free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { tandem::test::counted_free(memory); }

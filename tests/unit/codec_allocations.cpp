// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "codec_allocations.hpp"

#include <cstdlib>
#include <new>

namespace tandem::test {

std::size_t bytes_in_use = 0;
std::size_t most_bytes_in_use = 0;

namespace {

// The size is kept in front of the block, in a unit that keeps its alignment.
constexpr std::size_t header = alignof(std::max_align_t);

void* counted_allocate_or_null(std::size_t size) noexcept {
    auto* const block = static_cast<std::byte*>(std::malloc(header + size));
    if (block == nullptr) return nullptr;
    ::new (block) std::size_t{size};
    bytes_in_use += size;
    if (bytes_in_use > most_bytes_in_use) most_bytes_in_use = bytes_in_use;
    return block + header;
}

void* counted_allocate(std::size_t size) {
    void* const memory = counted_allocate_or_null(size);
    if (memory == nullptr) throw std::bad_alloc{};
    return memory;
}

void counted_free(void* memory) noexcept {
    if (memory == nullptr) return;
    auto* const block = static_cast<std::byte*>(memory) - header;
    bytes_in_use -= *reinterpret_cast<std::size_t*>(block);
    std::free(block);
}

} // namespace
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

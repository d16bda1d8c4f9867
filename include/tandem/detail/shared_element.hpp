// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// What may lie in memory that processes share, typed.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "tandem/detail/codec_portable.hpp"
#include "tandem/detail/codec_traits.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/shared_memory.hpp"

namespace tandem {

namespace detail {

inline constexpr std::size_t least_page_bytes = 4096; // where memory begins is a multiple of it

/// Where a pointer is in T, as far as one can see.
template <class T>
consteval bool points_somewhere() {
    constexpr verdict found = verdict_of<T>();
    return found == verdict::raw_pointer || found == verdict::reference || found == verdict::view ||
           found == verdict::reference_wrapper || found == verdict::non_owning_pointer ||
           found == verdict::function_wrapper;
}

} // namespace detail

/// A type of which values may lie in memory that processes share: its bytes are all there is to it.
/// Numbers, bool, enums, std::array and structs of such, classes that are trivially copyable; no
/// pointers, which point nowhere in another process.
template <class T>
concept shared_element =
    std::is_object_v<T> && !std::is_array_v<T> && std::same_as<T, std::remove_cv_t<T>> &&
    std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T> &&
    alignof(T) <= detail::least_page_bytes && !detail::points_somewhere<T>();

namespace detail {

/// Fails to compile, with the reason, unless T is a shared_element.
template <class T>
consteval bool require_shared_element() {
    static_assert(std::same_as<T, std::remove_cv_t<T>>,
                  "tandem: elements of shared memory are neither const nor volatile nor "
                  "references: take the plain type");
    static_assert(!std::is_array_v<T>,
                  "tandem: elements of shared memory cannot be C arrays: take std::array");
    static_assert(!points_somewhere<T>(),
                  "tandem: elements of shared memory hold no pointers, views or references: they "
                  "point nowhere in another process; use indices");
    static_assert(points_somewhere<T>() || std::is_trivially_copyable_v<T>,
                  "tandem: elements of shared memory are trivially copyable: their bytes must be "
                  "all there is to them (not a std::string or std::vector)");
    static_assert(alignof(T) <= least_page_bytes,
                  "tandem: elements of shared memory are aligned to a page at the most");
    return shared_element<T>;
}

/// Fails to compile, with the reason, unless all processes may read and write a T at once.
template <class T>
consteval void require_atomic() {
    static_assert(std::atomic_ref<T>::is_always_lock_free,
                  "tandem: the processor does not read and write values of this size in one piece: "
                  "guard them with a lock, and use them through operator* or []");
}

/// Memory for `count` elements; none for 0.
/// \throws resource_error as shared_memory, or if so many bytes cannot be counted
[[nodiscard]] TANDEM_EXPORT shared_memory memory_of_elements(std::size_t count,
                                                             std::size_t element_bytes);

/// Where elements are, as it is written beside their memory.
struct element_place {
    std::uint64_t element_bytes = 0;
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};
/// \throws codec_error if they are not of `element_bytes`, or not in the memory
TANDEM_EXPORT void require_elements(const shared_memory& memory, const element_place& sent,
                                    std::size_t element_bytes, std::string_view type_name);

/// \throws std::out_of_range: "`what` [first, first + count) of `size`"
[[noreturn]] TANDEM_EXPORT void fail_range(const char* what, std::size_t first, std::size_t count,
                                           std::size_t size);

} // namespace detail
} // namespace tandem

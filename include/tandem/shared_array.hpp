// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <memory>
#include <ranges>
#include <span>
#include <type_traits>
#include <utility>

#include "tandem/detail/shared_element.hpp"
#include "tandem/shared_memory.hpp"

namespace tandem {

/// An array that processes share: what one writes the others read, without a copy. A handle, as
/// std::span is: its copies show the same elements, here and in the processes that they are passed
/// to, and a const handle lets write, too. `mp::shared_array<double> sums(1000);
/// pool.for_each(add_up, files, sums);` sends the array to no one: only what it is known by.
///
/// Sharing   any number of threads and processes may read; who writes an element that others use
///           needs atomic(), a lock, or a part of the array that is its own. There is no lock in
///           it.
/// Bounds    the size is fixed, and all memory reserved when it is made: shared_memory says more.
///           data() is on a page boundary, but for a part().
/// Crash     of a process that writes: elements are as it left them, one of more than a machine
///           word may be half written. The kernel frees the memory with the last process that has
///           it.
/// Errors    resource_error: no memory; codec_error: a handle that was made for elements of
///           another size.
/// Cost      one descriptor and whole pages for an array, however large; an element costs what it
///           does in a std::vector.
/// Source    Python's multiprocessing.RawArray.
template <class T>
class shared_array {
    static_assert(detail::require_shared_element<T>());

public:
    using value_type = T;
    using size_type = std::size_t;
    using reference = T&;
    using iterator = T*;

    /// No elements, and no memory.
    shared_array() = default;
    /// `count` times T{}.
    explicit shared_array(std::size_t count)
        requires std::default_initializable<T>
        : memory_{detail::memory_of_elements(count, sizeof(T))}, count_{count} {
        // Zeros are there already, and pages that nobody touches need not be mapped.
        if constexpr (!std::is_trivially_default_constructible_v<T>)
            std::ranges::uninitialized_value_construct(span());
    }
    shared_array(std::size_t count, const T& value)
        : memory_{detail::memory_of_elements(count, sizeof(T))}, count_{count} {
        std::ranges::uninitialized_fill(span(), value);
    }
    /// The elements of a range, copied.
    template <class Range>
        requires std::ranges::forward_range<const Range&> && (!std::same_as<Range, shared_array>) &&
                     std::constructible_from<T, std::ranges::range_reference_t<const Range&>>
    explicit shared_array(const Range& range)
        : memory_{detail::memory_of_elements(static_cast<std::size_t>(std::ranges::distance(range)),
                                             sizeof(T))},
          count_{static_cast<std::size_t>(std::ranges::distance(range))} {
        std::ranges::uninitialized_copy(range, span());
    }
    /// What lies in `memory`, which other programs may have filled: as many elements as fit.
    [[nodiscard]] static shared_array in(shared_memory memory) {
        const auto count = memory.size() / sizeof(T);
        return {std::move(memory), 0, count};
    }

    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
    [[nodiscard]] T* data() const noexcept {
        return empty() ? nullptr : reinterpret_cast<T*>(memory_.bytes().data()) + first_;
    }
    [[nodiscard]] std::span<T> span() const noexcept { return {data(), count_}; }
    [[nodiscard]] T* begin() const noexcept { return data(); }
    [[nodiscard]] T* end() const noexcept { return data() + count_; }

    /// Unchecked, as in std::vector.
    [[nodiscard]] T& operator[](std::size_t index) const noexcept { return data()[index]; }
    /// \throws std::out_of_range
    [[nodiscard]] T& at(std::size_t index) const {
        if (index >= count_) detail::fail_range("element", index, 1, count_);
        return data()[index];
    }
    /// An element that several processes use at a time. Its wait() does not work between processes.
    [[nodiscard]] std::atomic_ref<T> atomic(std::size_t index) const noexcept {
        detail::require_atomic<T>();
        return std::atomic_ref<T>{data()[index]};
    }

    /// The same elements from `first` on, `count` of them: a handle like this one, which crosses
    /// for the same price.
    /// \throws std::out_of_range
    [[nodiscard]] shared_array part(std::size_t first, std::size_t count) const {
        if (first > count_ || count > count_ - first)
            detail::fail_range("elements", first, count, count_);
        return {memory_, first_ + first, count};
    }
    /// The memory that the elements lie in, all of it.
    [[nodiscard]] const shared_memory& memory() const noexcept { return memory_; }

    /// The same elements of the same memory.
    friend bool operator==(const shared_array&, const shared_array&) = default;

private:
    friend access;

    shared_array(shared_memory memory, std::size_t first, std::size_t count)
        : memory_{std::move(memory)}, first_{first}, count_{count} {}

    template <class Archive>
    void serialize(Archive& archive) {
        archive(detail::element_place{sizeof(T), first_, count_}, memory_);
    }
    template <class Archive>
    static shared_array deserialize(Archive& archive) {
        const auto place = archive.template read<detail::element_place>();
        auto memory = archive.template read<shared_memory>();
        detail::require_elements(memory, place, sizeof(T), detail::type_name<T>());
        return {std::move(memory), place.first, place.count};
    }

    shared_memory memory_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <ranges>
#include <span>
#include <vector>

#include "tandem/detail/export.hpp"

namespace tandem {

/// Something that wait() can wait for: what has a sentinel(), such as a process, a connection or a
/// listener, or a descriptor. What may be ready although its sentinel is not says so by ready().
class waitable {
public:
    waitable(int descriptor) noexcept : descriptor_{descriptor} {}
    template <class T>
        requires requires(const T& object) {
            { object.sentinel() } -> std::same_as<int>;
        }
    waitable(const T& object) : descriptor_{object.sentinel()} {
        if constexpr (requires {
                          { object.ready() } -> std::same_as<bool>;
                      })
            is_ready_ = object.ready();
    }

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    [[nodiscard]] bool is_ready() const noexcept { return is_ready_; }

private:
    int descriptor_;
    bool is_ready_ = false;
};

namespace detail {
[[nodiscard]] TANDEM_EXPORT std::vector<std::size_t> wait_for_any(std::span<const waitable> objects,
                                                                  std::chrono::nanoseconds limit);
}

/// Waits until at least one of `objects` is ready (a process has ended, a connection has
/// something to receive, a listener something to accept, a descriptor is readable or closed by its
/// peer) or `limit` is over. Returns the positions of all that are ready, in order;
/// none if time is up, or if there are no objects. Takes nothing from them: what is ready stays so.
/// Python's connection.wait().
/// \throws std::system_error if a descriptor is not open, or there are too many.
template <std::ranges::input_range Range>
    requires std::convertible_to<std::ranges::range_reference_t<Range>, waitable>
[[nodiscard]] std::vector<std::size_t> wait(
    Range&& objects, std::chrono::nanoseconds limit = std::chrono::nanoseconds::max()) {
    std::vector<waitable> watched;
    for (auto&& object : objects) watched.emplace_back(object);
    return detail::wait_for_any(watched, limit);
}
[[nodiscard]] inline std::vector<std::size_t> wait(
    std::initializer_list<waitable> objects,
    std::chrono::nanoseconds limit = std::chrono::nanoseconds::max()) {
    return detail::wait_for_any(objects, limit);
}

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/shared_element.hpp"

#include <limits>
#include <stdexcept>
#include <string>

#include "os/futex.hpp"
#include "tandem/shared_value.hpp"

namespace tandem::detail {

shared_memory memory_of_elements(std::size_t count, std::size_t element_bytes) {
    if (count == 0) return {};
    if (count > std::numeric_limits<std::size_t>::max() / element_bytes)
        throw resource_error{"creating a shared array of " + std::to_string(count) +
                                 " elements of " + std::to_string(element_bytes) + " bytes",
                             std::make_error_code(std::errc::not_enough_memory)};
    return shared_memory{count * element_bytes};
}

void require_elements(const shared_memory& memory, const element_place& sent,
                      std::size_t element_bytes, std::string_view type_name) {
    const auto refuse = [&](const std::string& why) {
        throw codec_error{"reading shared elements of type " + std::string{type_name} + ": " + why};
    };
    if (sent.element_bytes != element_bytes)
        refuse("the handle was made for elements of " + std::to_string(sent.element_bytes) +
               " bytes, and these have " + std::to_string(element_bytes));
    const std::uint64_t there = memory.size() / element_bytes;
    if (sent.first > there || sent.count > there - sent.first)
        refuse("the handle names " + std::to_string(sent.count) + " of them from number " +
               std::to_string(sent.first) + " on, and its memory has " + std::to_string(there));
}

void fail_range(const char* what, std::size_t first, std::size_t count, std::size_t size) {
    throw std::out_of_range{std::string{"shared array: "} + what + " " + std::to_string(first) +
                            (count == 1 ? "" : " and on, " + std::to_string(count) + ",") + " of " +
                            std::to_string(size)};
}

void wait_for_word(const void* word, std::uint32_t old,
                   std::chrono::steady_clock::time_point deadline) noexcept {
    using clock = std::chrono::steady_clock;
    constexpr std::chrono::nanoseconds longest = std::chrono::hours{1}; // then it looks again
    const auto now = clock::now();
    const auto left = deadline > now + longest ? longest : deadline - now;
    if (left > std::chrono::nanoseconds::zero())
        os::futex_wait(*static_cast<const os::futex_word*>(word), old, left);
}

void wake_word(const void* word) noexcept {
    os::futex_wake_all(*static_cast<const os::futex_word*>(word));
}

} // namespace tandem::detail

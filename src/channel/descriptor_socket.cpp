// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/descriptor_socket.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

#include "os/poll.hpp"
#include "os/socket.hpp"

namespace tandem::channel {

namespace {

constexpr std::size_t most_at_once = 12; // of os::send_message()
using number_list = std::array<std::uint64_t, most_at_once>;

} // namespace

os::result<std::pair<descriptor_socket, descriptor_socket>> descriptor_socket::create() noexcept {
    auto ends = os::create_socket_pair();
    if (!ends) return std::unexpected{ends.error()};
    return std::pair{descriptor_socket{std::move(ends->first)},
                     descriptor_socket{std::move(ends->second)}};
}

os::result<void> descriptor_socket::send(const detail::descriptor_bundle& bundle) const {
    std::span rest{bundle.entries()};
    while (!rest.empty()) {
        const auto part = rest.first(std::min(rest.size(), most_at_once));
        number_list numbers{};
        std::array<int, most_at_once> descriptors{};
        std::ranges::transform(part, numbers.begin(), [](const auto& each) { return each.number; });
        std::ranges::transform(part, descriptors.begin(),
                               [](const auto& each) { return each.content.fd().get(); });
        const auto sent =
            os::send_message(fd_, std::as_bytes(std::span{numbers}.first(part.size())),
                             std::span{descriptors}.first(part.size()));
        if (!sent) return sent;
        rest = rest.subspan(part.size());
    }
    return {};
}

void descriptor_socket::wait_for_room() const noexcept {
    os::wait_writable(fd_.get(), std::chrono::milliseconds{100});
}

template <class Wanted>
bool descriptor_socket::receive_message(detail::descriptor_bundle& bundle, Wanted wanted) const {
    number_list numbers{};
    auto received = os::receive_message(fd_, std::as_writable_bytes(std::span{numbers}));
    if (!received || received->bytes == 0) return false;
    // A descriptor for which there was no room is missing at the end.
    const auto count = std::min(received->bytes / sizeof(std::uint64_t), most_at_once);
    for (std::size_t i = 0; i < std::min(count, received->descriptors.size()); ++i)
        if (wanted(numbers[i]))
            bundle.add(numbers[i], detail::descriptor{std::move(received->descriptors[i])});
    return true;
}

detail::descriptor_bundle descriptor_socket::receive(std::span<const std::uint64_t> numbers) const {
    detail::descriptor_bundle bundle;
    const auto is_wanted = [&](std::uint64_t number) {
        return std::ranges::find(numbers, number) != numbers.end();
    };
    while (numbers.empty() || bundle.entries().size() < numbers.size())
        if (!receive_message(bundle, is_wanted)) break;
    return bundle;
}

detail::descriptor_bundle descriptor_socket::receive_all() const {
    detail::descriptor_bundle bundle;
    while (receive_message(bundle, [](std::uint64_t) { return true; })) {}
    return bundle;
}

} // namespace tandem::channel

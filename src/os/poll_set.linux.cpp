// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/poll_set.hpp"

#include <sys/epoll.h>

#include <array>

namespace tandem::os {

result<poll_set> poll_set::create() noexcept {
    auto fd = above_standard(unique_fd{::epoll_create1(EPOLL_CLOEXEC)});
    if (!fd) return last_error();
    return poll_set{std::move(fd)};
}

result<void> poll_set::add(const unique_fd& descriptor, std::uint64_t name) const noexcept {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = name}};
    if (::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, descriptor.get(), &event) == -1) return last_error();
    return {};
}

void poll_set::remove(const unique_fd& descriptor) const noexcept {
    (void)::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, descriptor.get(), nullptr);
}

std::vector<std::uint64_t> poll_set::wait(std::chrono::milliseconds limit) const {
    std::array<epoll_event, 32> events{};
    const auto count = ::epoll_wait(fd_.get(), events.data(), static_cast<int>(events.size()),
                                    static_cast<int>(limit.count()));
    std::vector<std::uint64_t> names;
    names.reserve(events.size());
    for (int i = 0; i < count; ++i) {
        const auto name =
            events[static_cast<std::size_t>(i)].data.u64; // packed: no reference to it
        names.push_back(name);
    }
    return names;
}

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/poll.hpp"

#include <poll.h>

#include "os/clock.hpp"

namespace tandem::os {

result<std::vector<bool>> wait_readable(std::span<const int> descriptors,
                                        std::chrono::nanoseconds timeout) {
    std::vector<pollfd> polled;
    polled.reserve(descriptors.size());
    for (const int descriptor : descriptors) polled.push_back({descriptor, POLLIN, 0});
    const auto limit = to_timespec(timeout);
    const int ready =
        ::ppoll(polled.data(), polled.size(), timeout < timeout.zero() ? nullptr : &limit, nullptr);
    if (ready == -1 && errno != EINTR) return last_error();
    std::vector<bool> readable(polled.size());
    for (std::size_t i = 0; ready > 0 && i < polled.size(); ++i)
        readable[i] = polled[i].revents != 0;
    return readable;
}

bool is_readable(int descriptor) noexcept {
    pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&entry, 1, 0) == 1;
}

void wait_writable(int descriptor, std::chrono::nanoseconds timeout) noexcept {
    pollfd polled{descriptor, POLLOUT, 0};
    const auto limit = to_timespec(timeout);
    (void)::ppoll(&polled, 1, &limit, nullptr); // the caller tries again whatever came
}

} // namespace tandem::os

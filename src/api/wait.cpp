// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/wait.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>

#include "os/file.hpp"
#include "os/poll.hpp"
#include "os/result.hpp"

namespace tandem::detail {

std::vector<std::size_t> wait_for_any(std::span<const waitable> objects,
                                      std::chrono::nanoseconds limit) {
    using clock = std::chrono::steady_clock;
    std::vector<int> descriptors;
    for (const auto& object : objects) {
        descriptors.push_back(object.descriptor());
        if (!os::is_open(object.descriptor()))
            throw std::system_error{os::error_from(EBADF), "waiting for descriptor " +
                                                               std::to_string(object.descriptor())};
    }
    std::vector<std::size_t> ready;
    if (descriptors.empty()) return ready;
    if (std::ranges::any_of(objects, &waitable::is_ready)) limit = limit.zero();
    const auto begun = clock::now();
    for (;;) {
        const auto passed = clock::now() - begun;
        const auto left =
            std::max<std::chrono::nanoseconds>(std::max(limit, limit.zero()) - passed, {});
        const auto slice = std::min<std::chrono::nanoseconds>(left, std::chrono::hours{1});
        const auto readable = os::wait_readable(descriptors, slice);
        if (!readable) throw std::system_error{readable.error(), "waiting for descriptors"};
        for (std::size_t i = 0; i < readable->size(); ++i)
            if ((*readable)[i] || objects[i].is_ready()) ready.push_back(i);
        if (!ready.empty() || left <= left.zero()) return ready;
    }
}

} // namespace tandem::detail

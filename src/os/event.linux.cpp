// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/event.hpp"

#include <sys/eventfd.h>

namespace tandem::os {

result<event> event::create() noexcept {
    auto fd = above_standard(unique_fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)});
    if (!fd) return last_error();
    return event{std::move(fd)};
}

void event::raise() const noexcept {
    // EAGAIN would mean that 2^64 - 2 raises are pending: readable all the same.
    (void)::eventfd_write(fd_.get(), 1);
}

void event::clear() const noexcept {
    eventfd_t count = 0;
    (void)::eventfd_read(fd_.get(), &count);
}

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/unique_fd.hpp"

#include <unistd.h>

namespace tandem::os {

void unique_fd::reset() noexcept {
    if (fd_ != none) ::close(std::exchange(fd_, none));
}

} // namespace tandem::os

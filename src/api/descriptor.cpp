// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/descriptor.hpp"

#include <utility>

#include "os/unique_fd.hpp"

namespace tandem::detail {

struct descriptor::owner {
    os::unique_fd fd;
};

descriptor::descriptor(os::unique_fd&& fd) : owner_{std::make_shared<const owner>(std::move(fd))} {}

const os::unique_fd& descriptor::fd() const noexcept {
    static const os::unique_fd none;
    return owner_ ? owner_->fd : none;
}

} // namespace tandem::detail

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/descriptor.hpp"

#include <utility>

#include "os/unique_fd.hpp"
#include "tandem/codec_error.hpp"

namespace tandem::detail {

struct descriptor::owner {
    os::unique_fd fd;
};

descriptor::descriptor(os::unique_fd&& fd) : owner_{std::make_shared<const owner>(std::move(fd))} {}

const os::unique_fd& descriptor::fd() const noexcept {
    static const os::unique_fd none;
    return owner_ ? owner_->fd : none;
}

void descriptor_sink::put_as(std::uint64_t /*number*/, const descriptor& /*sent*/) {
    throw codec_error{"encoding a handle: what was encoded elsewhere cannot travel this way"};
}

} // namespace tandem::detail

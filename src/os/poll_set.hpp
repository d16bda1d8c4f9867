// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

/// A set of descriptors that can be waited for all at once. Its own descriptor is readable while
/// one of them is.
///
/// Sharing   threads may add and remove while one waits.
/// Source    epoll(7)
class poll_set {
public:
    [[nodiscard]] static result<poll_set> create() noexcept;

    /// Watches `descriptor` for data and for its end; events of it carry `name`.
    [[nodiscard]] result<void> add(const unique_fd& descriptor, std::uint64_t name) const noexcept;
    void remove(const unique_fd& descriptor) const noexcept;

    /// Waits until there is something for at least one of them; the names of some that have, none
    /// if a signal came or `limit` is over.
    [[nodiscard]] std::vector<std::uint64_t> wait(std::chrono::milliseconds limit) const;

    [[nodiscard]] const unique_fd& fd() const noexcept { return fd_; }

private:
    explicit poll_set(unique_fd fd) noexcept : fd_{std::move(fd)} {}

    unique_fd fd_;
};

} // namespace tandem::os

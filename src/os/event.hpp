// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <utility>

#include "os/result.hpp"
#include "os/unique_fd.hpp"

namespace tandem::os {

/// A descriptor that becomes readable when somebody raises it: wakes a thread that sleeps in a
/// wait on descriptors.
class event {
public:
    [[nodiscard]] static result<event> create() noexcept;

    /// Callable from any thread.
    void raise() const noexcept;
    void clear() const noexcept;
    [[nodiscard]] const unique_fd& fd() const noexcept { return fd_; }

private:
    explicit event(unique_fd fd) noexcept : fd_{std::move(fd)} {}

    unique_fd fd_;
};

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <utility>

namespace tandem::os {

/// Owns one file descriptor and closes it. Move-only; empty when default constructed.
class unique_fd {
public:
    unique_fd() = default;
    explicit unique_fd(int fd) noexcept : fd_{fd} {}
    unique_fd(unique_fd&& other) noexcept : fd_{other.release()} {}
    unique_fd& operator=(unique_fd other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~unique_fd() { reset(); }

    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, none); }
    [[nodiscard]] explicit operator bool() const noexcept { return fd_ != none; }
    void reset() noexcept;

private:
    static constexpr int none = -1;
    int fd_ = none;
};

/// The same descriptor under a number above those of standard input, output and error: a program
/// that runs with one of them closed must not print into memory of ours. Leaves `fd` as it is on
/// failure.
[[nodiscard]] unique_fd above_standard(unique_fd fd) noexcept;

} // namespace tandem::os

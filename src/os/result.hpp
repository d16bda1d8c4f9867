// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Error policy, in one place:
//   os/        reports every failure by value, as result<T>; nothing there throws.
//   elsewhere  turns a failure into an exception once, with words on what was being done.
//   ~T()       never throws and never reports: a failure to release is not the caller's to handle.

#include <cerrno>
#include <concepts>
#include <expected>
#include <system_error>

namespace tandem::os {

template <class T>
using result = std::expected<T, std::error_code>;

/// An error number as an error code.
[[nodiscard]] inline std::error_code error_from(int number) noexcept {
    return {number, std::system_category()};
}

/// The error of the system call that has just failed; read it before another call changes errno.
[[nodiscard]] inline std::unexpected<std::error_code> last_error() noexcept {
    return std::unexpected{error_from(errno)};
}

/// Repeats `call` for as long as a signal interrupts it. Not for close(): Linux has released the
/// descriptor already when close() reports EINTR.
template <std::invocable Call>
[[nodiscard]] auto retry_on_eintr(Call call) noexcept {
    auto returned = call();
    while (returned == -1 && errno == EINTR) returned = call();
    return returned;
}

} // namespace tandem::os

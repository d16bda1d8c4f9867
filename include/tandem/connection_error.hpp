// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "tandem/error.hpp"

namespace tandem {

/// Two processes cannot speak with each other. The message says what was being done, with whom, and
/// what went wrong; code() is what the system said, if it said anything.
class TANDEM_EXPORT connection_error : public error {
public:
    explicit connection_error(const std::string& what) : error{what} {}
    /// `what`: without the words of `code`, which are added.
    connection_error(const std::string& what, std::error_code code);
    connection_error(const connection_error&) = default;
    connection_error& operator=(const connection_error&) = default;
    ~connection_error() override;

    [[nodiscard]] std::error_code code() const noexcept { return code_; }

private:
    std::error_code code_{};
};

/// Nothing will be received, or what is sent will be read by nobody: the other end is closed, its
/// process has ended, perhaps in the middle of a message, or this end is closed. Python's EOFError
/// and BrokenPipeError.
class TANDEM_EXPORT connection_closed : public connection_error {
public:
    using connection_error::connection_error;
    ~connection_closed() override;
};

/// Somebody listens at this address already.
class TANDEM_EXPORT address_in_use : public connection_error {
public:
    using connection_error::connection_error;
    ~address_in_use() override;
};

/// The other end has another key or none, is another user's, speaks something else, or took too
/// long to prove itself. Whoever it is, it is not connected.
class TANDEM_EXPORT authentication_error : public connection_error {
public:
    using connection_error::connection_error;
    ~authentication_error() override;
};

/// A message is longer than `most_bytes`. Nothing more can be received.
class TANDEM_EXPORT message_too_long : public connection_error {
public:
    message_too_long(const std::string& what, std::uint64_t bytes)
        : connection_error{what}, bytes_{bytes} {}
    message_too_long(const message_too_long&) = default;
    message_too_long& operator=(const message_too_long&) = default;
    ~message_too_long() override;

    /// As long as the other end says that it is.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

private:
    std::uint64_t bytes_;
};

/// A message does not fit the memory given to receive_bytes_into(). It is here, and no more in the
/// connection, which is as good as before.
class TANDEM_EXPORT buffer_too_short : public connection_error {
public:
    buffer_too_short(const std::string& what, std::vector<std::byte> message);
    buffer_too_short(const buffer_too_short&) = default;
    buffer_too_short& operator=(const buffer_too_short&) = default;
    ~buffer_too_short() override;

    [[nodiscard]] const std::vector<std::byte>& message() const noexcept { return *message_; }

private:
    std::shared_ptr<const std::vector<std::byte>> message_; // copies of the error share it
};

} // namespace tandem

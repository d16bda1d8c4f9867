// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/connection_error.hpp"

#include <utility>

namespace tandem {

connection_error::connection_error(const std::string& what, std::error_code code)
    : error{what + ": " + code.message()}, code_{code} {}

buffer_too_short::buffer_too_short(const std::string& what, std::vector<std::byte> message)
    : connection_error{what},
      message_{std::make_shared<const std::vector<std::byte>>(std::move(message))} {}

connection_error::~connection_error() = default;
connection_closed::~connection_closed() = default;
address_in_use::~address_in_use() = default;
authentication_error::~authentication_error() = default;
message_too_long::~message_too_long() = default;
buffer_too_short::~buffer_too_short() = default;

} // namespace tandem

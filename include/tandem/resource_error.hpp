// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <system_error>

#include "tandem/error.hpp"

namespace tandem {

/// The system does not give what was asked for: memory, descriptors, a name. The message says what
/// for, how much of it, and what to do about it; code() is what the system said.
class TANDEM_EXPORT resource_error : public error {
public:
    /// `what`: what was being done, without the words of `code`, which are added.
    resource_error(const std::string& what, std::error_code code);
    resource_error(const resource_error&) = default;
    resource_error& operator=(const resource_error&) = default;
    ~resource_error() override;

    [[nodiscard]] std::error_code code() const noexcept { return code_; }

private:
    std::error_code code_;
};

} // namespace tandem

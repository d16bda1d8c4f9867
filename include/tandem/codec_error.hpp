// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <stdexcept>

#include "tandem/detail/export.hpp"

namespace tandem {

/// Bytes that are not an encoding of the type asked for, or a value that cannot be encoded.
/// The message names the type, the byte and the reason.
class TANDEM_EXPORT codec_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <string_view>

#include "channel/handshake.hpp"

namespace tandem::channel {

/// What all TLS connections of one key have in common: TLS 1.3 with the key as pre-shared key and
/// an exchange of fresh keys, and nothing else. There are no certificates.
class tls_context {
public:
    /// \throws connection_error if OpenSSL cannot do it
    explicit tls_context(std::string_view key);

    /// For a TCP socket that does not block.
    [[nodiscard]] std::unique_ptr<handshake> begin(os::unique_fd socket, side own) const;

    struct content;

private:
    std::shared_ptr<const content> content_;
};

} // namespace tandem::channel

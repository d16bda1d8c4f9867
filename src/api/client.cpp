// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/client.hpp"

#include "api/connection_maker.hpp"
#include "channel/connector.hpp"
#include "channel/endpoint.hpp"

namespace tandem {

connection client(const std::string& address, const client_options& options) {
    const auto where = channel::endpoint::parse(address);
    return detail::connection_maker::make(
        channel::connect(where, {options.authkey, options.limit, options.any_user}),
        {{}, options.most_bytes, where.words()});
}

} // namespace tandem

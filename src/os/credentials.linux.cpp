// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "os/credentials.hpp"

#include <unistd.h>

namespace tandem::os {

credentials current_credentials() {
    credentials found;
    (void)::getresuid(&found.users[0], &found.users[1], &found.users[2]);
    (void)::getresgid(&found.groups[0], &found.groups[1], &found.groups[2]);
    const int count = ::getgroups(0, nullptr);
    if (count <= 0) return found;
    found.further_groups.resize(static_cast<std::size_t>(count));
    (void)::getgroups(count, found.further_groups.data());
    return found;
}

} // namespace tandem::os

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "support/fd_census.hpp"

#include "tandem/pool.hpp"

namespace tandem::test {

void fd_census::start_forkserver() {
    const pool one{{.processes = 1}};
    one.submit([] {}).get();
}

} // namespace tandem::test

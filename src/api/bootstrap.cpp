// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/bootstrap.hpp"

#include "launch/child_process.hpp"
#include "launch/forkserver.hpp"
#include "runtime/worker_loop.hpp"

namespace tandem {

void bootstrap() {
    launch::note_bootstrap(); // first: a task may use a pool of its own
    launch::serve_if_forkserver(&runtime::run_worker);
}

} // namespace tandem

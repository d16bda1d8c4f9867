// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/bootstrap.hpp"

#include "launch/forkserver_client.hpp"
#include "launch/role.hpp"
#include "runtime/process_main.hpp"
#include "runtime/thread_caps.hpp"
#include "runtime/worker_loop.hpp"

namespace tandem {

namespace {

int run_child(launch::child_start& start) {
    if (start.role == launch::child_role::worker) return runtime::run_worker(start);
    runtime::uncap_library_threads();
    return runtime::run_process(start);
}

} // namespace

void bootstrap() {
    launch::note_bootstrap(); // first: a task may use a pool of its own
    launch::play_role({&run_child, &runtime::run_preload, &runtime::warm_up});
}

} // namespace tandem

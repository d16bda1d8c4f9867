// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long after the SIGKILL of a busy worker does its replacement run a task? The
//           killed task must be reported as an error.
// Engine    tandem::pool of one worker: the next task is in its queue when it is killed.
// Reported  microseconds from the kill to the first instruction of the next task, median:
//           `crash_recovery` of 40 small workers, `crash_recovery_1gib` of 3 with 1 GiB resident.

#include <tandem/bootstrap.hpp>
#include <tandem/pool.hpp>

#include <csignal>
#include <string>
#include <utility>

#include "support/crash_recovery.hpp"
#include "support/reachable.hpp"

namespace {

using shared_word = bench::reachable<bench::futex_word>;

void occupy(const std::string& path, std::size_t resident_bytes) {
    bench::stay_busy(resident_bytes, shared_word::at(path));
}

std::pair<int, std::int64_t> begin_task() { return {::getpid(), bench::nanoseconds_now()}; }

void require_killed(tandem::future<void>& task, int worker) {
    try {
        task.get();
        bench::require(false, "the end of a task without end");
    } catch (const tandem::worker_crashed& crash) {
        bench::require(crash.pid() == worker && crash.status().signal() == SIGKILL,
                       "how a worker ended");
    }
}

} // namespace

int main() {
    tandem::bootstrap();
    const shared_word running; // the process id of the worker
    const tandem::pool pool{{.processes = 1}};

    bench::report_crash_recovery("tandem", [&](std::size_t resident_bytes) {
        running->set(0);
        auto busy = pool.submit(occupy, running.path(), resident_bytes);
        auto next = pool.submit(begin_task);
        const int victim = static_cast<int>(running->wait_while(0));
        const std::int64_t killed = bench::nanoseconds_now();
        ::kill(victim, SIGKILL);
        const auto [replacement, began] = next.get();
        require_killed(busy, victim);
        bench::require(replacement != victim, "the process of the next task");
        return static_cast<double>(began - killed) / 1e3;
    });
}

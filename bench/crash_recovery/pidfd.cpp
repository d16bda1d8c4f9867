// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long after the SIGKILL of a busy worker does its replacement run a task? The
//           killed task must be reported as an error.
// Engine    the limit of a pidfd: a spare process sleeps on a futex, and the parent wakes it when
//           poll says that the worker has ended. The kernel says so only when it has freed the
//           memory.
// Reported  microseconds from the kill to the first instruction of the next task, median:
//           `crash_recovery` of 40 small workers, `crash_recovery_1gib` of 3 with 1 GiB resident.

#include <poll.h>
#include <sys/syscall.h>

#include "support/crash_recovery.hpp"
#include "support/processes.hpp"

namespace {

struct stage {
    bench::futex_word running; // the process id of the worker
    bench::futex_word ready;   // the spare waits for its task
    bench::futex_word go;
    bench::futex_word done;
    std::int64_t began = 0; // published by done
};

void wait_for_a_task(stage& s) {
    s.ready.set(1);
    s.go.wait_until(1);
    s.began = bench::nanoseconds_now();
    s.done.set(1);
}

/// Returns the microseconds from the kill until the spare had begun.
double kill_and_hand_over(stage& s, pid_t victim, int process) {
    s.running.wait_while(0);
    s.ready.wait_until(1);
    const std::int64_t killed = bench::nanoseconds_now();
    ::kill(victim, SIGKILL);
    ::pollfd ended{process, POLLIN, 0};
    bench::require(::poll(&ended, 1, -1) == 1, "poll");
    s.go.set(1);
    s.done.wait_until(1);
    return static_cast<double>(s.began - killed) / 1e3;
}

} // namespace

int main() {
    bench::report_crash_recovery("pidfd", [](std::size_t resident_bytes) {
        const bench::shared<stage> s;
        const bench::child victim{[&] { bench::stay_busy(resident_bytes, s->running); }};
        const bench::child spare{[&] { wait_for_a_task(*s); }};
        const auto process = static_cast<int>(::syscall(SYS_pidfd_open, victim.id(), 0));
        bench::require(process >= 0, "pidfd_open");
        const double microseconds = kill_and_hand_over(*s, victim.id(), process);
        ::close(process);
        return microseconds;
    });
}

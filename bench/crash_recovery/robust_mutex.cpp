// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long after the SIGKILL of a busy worker does its replacement run a task? The
//           killed task must be reported as an error.
// Engine    the limit: the worker holds a robust mutex, which the kernel takes away from it before
//           it frees the memory. The parent waits for that and wakes a spare that sleeps on a
//           futex.
// Reported  microseconds from the kill to the first instruction of the next task, median:
//           `crash_recovery` of 40 small workers, `crash_recovery_1gib` of 3 with 1 GiB resident.

#include <pthread.h>

#include "support/crash_recovery.hpp"
#include "support/processes.hpp"

namespace {

struct stage {
    bench::futex_word running; // the process id of the worker
    bench::futex_word ready;   // the spare waits for its task
    bench::futex_word go;
    bench::futex_word done;
    std::int64_t began = 0; // published by done
    pthread_mutex_t life{};
};

void make_robust(pthread_mutex_t& mutex) {
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    bench::require(::pthread_mutex_init(&mutex, &attributes) == 0, "pthread_mutex_init");
    ::pthread_mutexattr_destroy(&attributes);
}

void wait_for_a_task(stage& s) {
    s.ready.set(1);
    s.go.wait_until(1);
    s.began = bench::nanoseconds_now();
    s.done.set(1);
}

/// Returns the microseconds from the kill until the spare had begun.
double kill_and_hand_over(stage& s, pid_t victim) {
    s.running.wait_while(0);
    s.ready.wait_until(1);
    const std::int64_t killed = bench::nanoseconds_now();
    ::kill(victim, SIGKILL);
    bench::require(::pthread_mutex_lock(&s.life) == EOWNERDEAD, "what a robust mutex says");
    s.go.set(1);
    s.done.wait_until(1);
    return static_cast<double>(s.began - killed) / 1e3;
}

} // namespace

int main() {
    bench::report_crash_recovery("robust_mutex", [](std::size_t resident_bytes) {
        const bench::shared<stage> s;
        make_robust(s->life);
        const bench::child victim{[&] {
            ::pthread_mutex_lock(&s->life);
            bench::stay_busy(resident_bytes, s->running);
        }};
        const bench::child spare{[&] { wait_for_a_task(*s); }};
        return kill_and_hand_over(*s, victim.id());
    });
}

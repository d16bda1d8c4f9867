// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to lock and unlock?
// Engine    the limit: a robust pthread mutex, shared by processes.
// Reported  nanoseconds per pair: `lock` while nobody else wants it, `lock_contended` while two
//           sides lock and unlock in a loop.

#include <pthread.h>

#include "support/lock.hpp"

int main() {
    const bench::shared<pthread_mutex_t> mutex;
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    bench::require(::pthread_mutex_init(&*mutex, &attributes) == 0, "pthread_mutex_init");
    ::pthread_mutexattr_destroy(&attributes);

    bench::report_lock("pthread_robust", [&](auto held) {
        bench::require(::pthread_mutex_lock(&*mutex) == 0, "pthread_mutex_lock");
        held();
        ::pthread_mutex_unlock(&*mutex);
    });
}

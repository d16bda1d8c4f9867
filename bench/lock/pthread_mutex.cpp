// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to lock and unlock?
// Engine    a pthread mutex, shared by processes; it stays locked if its owner dies.
// Reported  nanoseconds per pair: `lock` while nobody else wants it, `lock_contended` while two
//           sides lock and unlock in a loop.

#include <pthread.h>

#include "support/lock.hpp"

int main() {
    const bench::shared<pthread_mutex_t> mutex;
    pthread_mutexattr_t attributes;
    ::pthread_mutexattr_init(&attributes);
    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    bench::require(::pthread_mutex_init(&*mutex, &attributes) == 0, "pthread_mutex_init");
    ::pthread_mutexattr_destroy(&attributes);

    bench::report_lock("pthread_mutex", [&](auto held) {
        bench::require(::pthread_mutex_lock(&*mutex) == 0, "pthread_mutex_lock");
        held();
        ::pthread_mutex_unlock(&*mutex);
    });
}

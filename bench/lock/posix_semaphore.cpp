// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to lock and unlock?
// Engine    a POSIX semaphore of 1, shared by processes (sem_init); locked for ever if its holder
//           dies.
// Reported  nanoseconds per pair: `lock` while nobody else wants it, `lock_contended` while two
//           processes lock it in a loop.

#include <semaphore.h>

#include <cerrno>

#include "support/lock.hpp"

int main() {
    const bench::shared<sem_t> semaphore;
    bench::require(::sem_init(&*semaphore, 1, 1) == 0, "sem_init");

    bench::report_lock("posix_semaphore", [&](auto held) {
        while (::sem_wait(&*semaphore) != 0 && errno == EINTR) {}
        held();
        ::sem_post(&*semaphore);
    });
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to lock and unlock?
// Engine    tandem::mutex.
// Reported  nanoseconds per pair: `lock` while nobody else wants it, `lock_contended` while two
//           sides lock and unlock in a loop.

#include <tandem/bootstrap.hpp>
#include <tandem/mutex.hpp>

#include <mutex>

#include "support/lock.hpp"

int main() {
    tandem::bootstrap();
    const tandem::mutex mutex;
    bench::report_lock("tandem", [&](auto held) {
        const std::lock_guard guard{mutex};
        held();
    });
}

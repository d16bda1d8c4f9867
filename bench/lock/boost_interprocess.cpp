// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to lock and unlock?
// Engine    Boost.Interprocess, interprocess_mutex; it stays locked if its owner dies.
// Reported  nanoseconds per pair: `lock` while nobody else wants it, `lock_contended` while two
//           sides lock and unlock in a loop.

#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>

#include "support/lock.hpp"

namespace interprocess = boost::interprocess;

int main() {
    const bench::shared<interprocess::interprocess_mutex> mutex;
    bench::report_lock("boost_interprocess", [&](auto held) {
        const interprocess::scoped_lock<interprocess::interprocess_mutex> guard{*mutex};
        held();
    });
}

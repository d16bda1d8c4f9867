// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Processes that share a lock, one of which is killed while it has it. The next one is told, puts
// right what the dead one left half done, and all go on.

#include <tandem/tandem.hpp>

#include <csignal>
#include <iostream>
#include <mutex>
#include <vector>
namespace mp = tandem;

/// What all of them share; each gets a copy of the handles.
struct ledger {
    mp::event open;
    mp::mutex lock;
    mp::semaphore repairs{0}; // how often somebody had to

    /// Locks, and repairs if the last owner did not come to it.
    [[nodiscard]] std::unique_lock<const mp::mutex> hold() const {
        if (lock.lock_inheriting() == mp::lock_outcome::owner_died) repairs.release();
        return {lock, std::adopt_lock};
    }
};

int main() {
    mp::bootstrap();
    const ledger books;

    const mp::process careless{mp::forked, [=] {
                                   const auto held = books.hold();
                                   std::raise(SIGKILL);
                               }};
    std::cout << "careless: " << careless.join().describe() << "\n";

    std::vector<mp::process> clerks;
    clerks.reserve(3);
    for (int i = 0; i < 3; ++i)
        clerks.emplace_back(mp::forked, [=] {
            books.open.wait();
            for (int entry = 0; entry < 1000; ++entry) const auto held = books.hold();
        });
    books.open.set();
    for (const auto& clerk : clerks) std::cout << "clerk: " << clerk.join().describe() << "\n";
    std::cout << "repairs: " << books.repairs.value() << "\n";
}

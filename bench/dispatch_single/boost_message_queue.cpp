// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to hand out items one by one? A map of int to int, items a second.
// Engine    two Boost.Interprocess message queues (tasks, results) and two worker processes.
// Reported  items per second of wall time.

#include "support/boost_message_queue.hpp"
#include "support/dispatch.hpp"
#include "support/processes.hpp"

namespace {

struct message {
    unsigned index;
    int value;
};

using queue = bench::anonymous_queue<message>;

std::vector<int> map(queue& tasks, queue& results, const std::vector<int>& items) {
    std::vector<int> values(items.size());
    std::size_t sent = 0;
    for (std::size_t received = 0; received < items.size();) {
        while (sent < items.size() && tasks.try_push({static_cast<unsigned>(sent), items[sent]})) {
            ++sent;
        }
        message m = results.pop();
        do {
            values[m.index] = m.value;
            ++received;
        } while (results.try_pop(m));
    }
    return values;
}

} // namespace

int main() {
    queue tasks{"tasks"};
    queue results{"results"};
    const auto work = [&] {
        for (;;) {
            const message m = tasks.pop();
            results.push({m.index, bench::task(m.value)});
        }
    };
    const bench::child first{work};
    const bench::child second{work};

    bench::report_dispatch(
        "dispatch_single", "boost_message_queue", 200'000,
        [&](const std::vector<int>& items) { return map(tasks, results, items); });
}

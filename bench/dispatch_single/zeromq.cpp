// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what does it cost to hand out items one by one? A map of int to int, items a second.
// Engine    ZeroMQ: PUSH to two worker processes and PULL from them, over Unix sockets (ipc://).
// Reported  items per second of wall time.

#include "support/zeromq.hpp"
#include "support/dispatch.hpp"
#include "support/processes.hpp"

namespace {

struct message {
    unsigned index;
    int value;
};

void serve(const std::string& prefix) {
    const bench::zeromq_context context;
    bench::zeromq_socket tasks{context, ZMQ_PULL};
    bench::zeromq_socket results{context, ZMQ_PUSH};
    tasks.connect(prefix + "tasks");
    results.connect(prefix + "results");
    for (message m{};;) {
        tasks.receive(m);
        results.send(message{m.index, bench::task(m.value)});
    }
}

std::vector<int> map(bench::zeromq_socket& tasks, bench::zeromq_socket& results,
                     const std::vector<int>& items) {
    std::vector<int> values(items.size());
    std::size_t sent = 0;
    for (std::size_t received = 0; received < items.size();) {
        while (sent < items.size() &&
               tasks.try_send(message{static_cast<unsigned>(sent), items[sent]})) {
            ++sent;
        }
        if (sent == received) { // nobody has connected yet
            tasks.send(message{static_cast<unsigned>(sent), items[sent]});
            ++sent;
        }
        message m{};
        results.receive(m);
        do {
            values[m.index] = m.value;
            ++received;
        } while (results.try_receive(m));
    }
    return values;
}

} // namespace

int main() {
    const std::string prefix = "ipc://@tandem-bench-" + std::to_string(::getpid()) + "-";
    const bench::child first{[&] { serve(prefix); }};
    const bench::child second{[&] { serve(prefix); }};
    const bench::zeromq_context context; // after the forks: its I/O thread would not survive them
    bench::zeromq_socket tasks{context, ZMQ_PUSH};
    bench::zeromq_socket results{context, ZMQ_PULL};
    tasks.bind(prefix + "tasks");
    results.bind(prefix + "results");

    bench::report_dispatch(
        "dispatch_single", "zeromq", 200'000,
        [&](const std::vector<int>& items) { return map(tasks, results, items); });
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long is one task under way, there and back, p50 and p99?
// Engine    ZeroMQ: a PAIR of sockets over a Unix socket (ipc://) and one worker process.
// Reported  microseconds: `latency` back to back, `latency_idle` each after a pause of 2 ms.

#include "support/zeromq.hpp"
#include "support/processes.hpp"
#include "support/round_trips.hpp"

int main() {
    const std::string address = "ipc://@tandem-bench-" + std::to_string(::getpid());
    const bench::child worker{[&] {
        const bench::zeromq_context context;
        bench::zeromq_socket socket{context, ZMQ_PAIR};
        socket.connect(address);
        for (int x = 0;;) {
            socket.receive(x);
            socket.send(bench::task(x));
        }
    }};
    const bench::zeromq_context context; // after the fork: its I/O thread would not survive it
    bench::zeromq_socket socket{context, ZMQ_PAIR};
    socket.bind(address);

    bench::report_round_trips("zeromq",
                              [&](int x) {
                                  socket.send(x);
                                  socket.receive(x);
                                  return x;
                              },
                              {.busy = 5'000});
}

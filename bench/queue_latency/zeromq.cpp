// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long is a record of 64 bytes under way, there and back, p50 and p99?
// Engine    ZeroMQ: a PAIR of sockets over a Unix socket (ipc://) and one process.
// Reported  microseconds, back to back.

#include "support/zeromq.hpp"
#include "support/queue.hpp"

int main() {
    const std::string address = "ipc://@tandem-bench-" + std::to_string(::getpid());
    const bench::child echo{[&] {
        const bench::zeromq_context context;
        bench::zeromq_socket socket{context, ZMQ_PAIR};
        socket.connect(address);
        for (bench::small_record record;;) {
            socket.receive(record);
            socket.send(record);
        }
    }};
    const bench::zeromq_context context; // after the fork: its I/O thread would not survive it
    bench::zeromq_socket socket{context, ZMQ_PAIR};
    socket.bind(address);
    bench::report_queue_latency("zeromq", 5'000, [&](bench::small_record& record) {
        socket.send(record);
        socket.receive(record);
    });
}

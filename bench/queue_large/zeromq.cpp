// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do records of 1 MiB go from one process to another?
// Engine    ZeroMQ: PUSH and PULL over a Unix socket (ipc://).
// Reported  bytes of the records per second of wall time, 10^9.

#include "support/zeromq.hpp"
#include "support/queue.hpp"

namespace {

/// A socket made in the process that uses it: its I/O thread would not survive a fork.
struct end {
    bench::zeromq_context context;
    bench::zeromq_socket socket;

    explicit end(int type) : socket{context, type} {}
};

} // namespace

int main() {
    const std::string address = "ipc://@tandem-bench-" + std::to_string(::getpid());
    const auto make_push = [&] {
        auto mine = std::make_shared<end>(ZMQ_PUSH);
        mine->socket.bind(address);
        return [mine](const bench::large_record& record) { mine->socket.send(record); };
    };
    const auto make_pop = [&] {
        auto mine = std::make_shared<end>(ZMQ_PULL);
        mine->socket.connect(address);
        return [mine](bench::large_record& record) { mine->socket.receive(record); };
    };
    bench::report_large("zeromq", 1'000, make_push, make_pop);
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do 64 arrays of 16 MiB reach two workers that sum them?
// Engine    ZeroMQ: PUSH to two worker processes and PULL from them, over Unix sockets (ipc://).
//           The library reads each array where it is, and the worker sums the message where it is.
// Reported  bytes of the arrays per second of wall time, 10^9.

#include "support/zeromq.hpp"
#include "support/payload.hpp"
#include "support/processes.hpp"

namespace {

constexpr int most_messages = 2; // waiting for a worker

struct answer {
    std::size_t index;
    double sum;
};

answer sum_message(std::span<const std::byte> bytes) {
    const std::span values{reinterpret_cast<const double*>(bytes.data()),
                           bytes.size() / sizeof(double)};
    return {static_cast<std::size_t>(values.front()), bench::sum(values)};
}

void serve(const std::string& prefix) {
    const bench::zeromq_context context;
    bench::zeromq_socket arrays{context, ZMQ_PULL};
    bench::zeromq_socket sums{context, ZMQ_PUSH};
    arrays.limit_messages(most_messages);
    arrays.connect(prefix + "arrays");
    sums.connect(prefix + "sums");
    for (;;) {
        answer a{};
        arrays.receive_in_place([&](auto bytes) { a = sum_message(bytes); });
        sums.send(a);
    }
}

std::vector<double> sums(bench::zeromq_socket& tasks, bench::zeromq_socket& answers,
                         const std::vector<std::vector<double>>& arrays) {
    for (const auto& array : arrays) tasks.send_in_place(std::as_bytes(std::span{array}));
    std::vector<double> found(arrays.size());
    for (std::size_t received = 0; received < arrays.size(); ++received) {
        answer a{};
        answers.receive(a);
        found.at(a.index) = a.sum;
    }
    return found;
}

} // namespace

int main() {
    const std::string prefix = "ipc://@tandem-bench-" + std::to_string(::getpid()) + "-";
    const bench::child first{[&] { serve(prefix); }};
    const bench::child second{[&] { serve(prefix); }};
    const auto arrays = bench::arrays();
    const bench::zeromq_context context; // after the forks: its I/O thread would not survive them
    bench::zeromq_socket tasks{context, ZMQ_PUSH};
    bench::zeromq_socket answers{context, ZMQ_PULL};
    tasks.limit_messages(most_messages);
    tasks.bind(prefix + "arrays");
    answers.bind(prefix + "sums");

    bench::report_payload("zeromq", [&] { return sums(tasks, answers, arrays); });
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do 64 arrays of 16 MiB reach two workers that sum them?
// Engine    two Boost.Interprocess message queues (arrays, sums) and two worker processes. The
//           queue of the arrays holds four.
// Reported  bytes of the arrays per second of wall time, 10^9.

#include <memory>

#include "support/boost_message_queue.hpp"
#include "support/payload.hpp"
#include "support/processes.hpp"

namespace {

using array = std::array<double, bench::doubles_per_array>;
struct answer {
    std::size_t index;
    double sum;
};
using array_queue = bench::anonymous_queue<array>;
using answer_queue = bench::anonymous_queue<answer>;

void serve(array_queue& arrays, answer_queue& answers) {
    for (const auto received = std::make_unique<array>();;) {
        arrays.pop_into(*received);
        answers.push({static_cast<std::size_t>(received->front()), bench::sum(*received)});
    }
}

std::vector<double> sums(array_queue& tasks, answer_queue& answers,
                         const std::vector<array>& arrays) {
    for (const array& a : arrays) tasks.push(a);
    std::vector<double> found(arrays.size());
    for (std::size_t received = 0; received < arrays.size(); ++received) {
        const answer a = answers.pop();
        found.at(a.index) = a.sum;
    }
    return found;
}

} // namespace

int main() {
    array_queue tasks{"arrays", 4};
    answer_queue answers{"sums"};
    const bench::child first{[&] { serve(tasks, answers); }};
    const bench::child second{[&] { serve(tasks, answers); }};
    std::vector<array> arrays(bench::array_count);
    for (std::size_t i = 0; i < arrays.size(); ++i) bench::fill_array(arrays[i], i);

    bench::report_payload("boost_message_queue", [&] { return sums(tasks, answers, arrays); });
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do 64 arrays of 16 MiB reach two workers that sum them?
// Engine    the limit without a copy: the arrays are in memory that the workers share from the
//           start; only their numbers are handed out.
// Reported  bytes of the arrays per second of wall time, 10^9.

#include <atomic>

#include "support/futex_word.hpp"
#include "support/payload.hpp"
#include "support/processes.hpp"

namespace {

struct stage {
    bench::futex_word round; // grows when a new run begins
    bench::futex_word done;  // arrays of this run
    std::atomic<std::size_t> next{0};
    std::array<double, bench::array_count> sums{};
    std::array<std::array<double, bench::doubles_per_array>, bench::array_count> arrays;
};

void serve(stage& s) {
    for (std::uint32_t round = 0;;) {
        round = s.round.wait_while(round);
        for (std::size_t i = 0; (i = s.next.fetch_add(1)) < bench::array_count;) {
            s.sums[i] = bench::sum(s.arrays[i]);
            s.done.add(1);
        }
    }
}

} // namespace

int main() {
    const bench::shared<stage> s;
    for (std::size_t i = 0; i < bench::array_count; ++i) bench::fill_array(s->arrays[i], i);
    const bench::child first{[&] { serve(*s); }};
    const bench::child second{[&] { serve(*s); }};

    bench::report_payload("in_place", [&] {
        s->done.set(0);
        s->next = 0;
        s->round.add(1);
        s->done.wait_until(bench::array_count);
        return std::vector<double>(s->sums.begin(), s->sums.end());
    });
}

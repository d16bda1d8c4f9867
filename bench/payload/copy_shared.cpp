// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do 64 arrays of 16 MiB reach two workers that sum them?
// Engine    the limit of a copy: the parent copies each array into one of four places in shared
//           memory, two for each worker, which are mapped and warm; the worker sums it there.
// Reported  bytes of the arrays per second of wall time, 10^9.

#include <algorithm>

#include "support/futex_word.hpp"
#include "support/payload.hpp"
#include "support/processes.hpp"

namespace {

constexpr std::size_t workers = 2;

struct place {
    bench::futex_word full; // 1: the worker may read it; 0: its sum is there
    double sum = 0;
    std::array<double, bench::doubles_per_array> array;
};
using places = std::array<place, 2 * workers>;

/// Places are filled in turn, so every second one is this worker's.
void serve(places& all, std::size_t worker) {
    for (std::size_t i = worker;; i = (i + workers) % all.size()) {
        all[i].full.wait_until(1);
        all[i].sum = bench::sum(all[i].array);
        all[i].full.set(0);
    }
}

std::vector<double> sums(places& all, const std::vector<std::vector<double>>& arrays) {
    std::vector<double> found(arrays.size());
    for (std::size_t i = 0; i < arrays.size() + all.size(); ++i) {
        place& p = all[i % all.size()];
        p.full.wait_until(0);
        if (i >= all.size()) found[i - all.size()] = p.sum;
        if (i >= arrays.size()) continue;
        std::ranges::copy(arrays[i], p.array.begin());
        p.full.set(1);
    }
    return found;
}

} // namespace

int main() {
    const bench::shared<places> all;
    const bench::child first{[&] { serve(*all, 0); }};
    const bench::child second{[&] { serve(*all, 1); }};
    const auto arrays = bench::arrays();

    bench::report_payload("copy_shared", [&] { return sums(*all, arrays); });
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how much quicker are two workers than one, when the work only needs a processor?
// Engine    OpenMP, its own schedule: threads of one process, no isolation.
// Reported  wall time with one worker divided by that with two.

#include "support/speed_up.hpp"

int main() {
    bench::report_speed_up("openmp", [](int workers, const std::vector<std::uint32_t>& steps) {
        std::vector<std::uint32_t> results(steps.size());
#pragma omp parallel for num_threads(workers)
        for (std::size_t i = 0; i < steps.size(); ++i) results[i] = bench::work(steps[i]);
        return results;
    });
}

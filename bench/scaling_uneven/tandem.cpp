// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long do uneven tasks take on two workers, beside the best that is possible? The
//           bound is half of all processor time, or the longest task.
// Engine    tandem::pool of two workers, map.
// Reported  `scaling_uneven`: wall time divided by the bound, for 64 tasks of which the last has
//           30 % of all work. `scaling_uneven_many`: for 2,000 uneven tasks.

#include <tandem/bootstrap.hpp>
#include <tandem/pool.hpp>

#include "support/makespan.hpp"

int main() {
    tandem::bootstrap();
    const tandem::pool pool{{.processes = 2}};
    bench::report_makespans("tandem", [&](const std::vector<std::uint32_t>& steps) {
        return pool.map(bench::timed_work, steps);
    });
}

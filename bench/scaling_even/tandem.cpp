// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how much quicker are two workers than one, when the work only needs a processor?
// Engine    tandem::pool, map.
// Reported  wall time with one worker divided by that with two.

#include <tandem/bootstrap.hpp>
#include <tandem/pool.hpp>

#include "support/speed_up.hpp"

int main() {
    tandem::bootstrap();
    const tandem::pool one{{.processes = 1}};
    const tandem::pool two{{.processes = 2}};
    bench::report_speed_up("tandem", [&](int workers, const std::vector<std::uint32_t>& steps) {
        return (workers == 1 ? one : two).map(bench::work, steps);
    });
}

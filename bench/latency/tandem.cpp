// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long is one task under way, there and back, p50 and p99?
// Engine    tandem::pool of two workers, submit and get.
// Reported  microseconds: `latency` back to back, `latency_idle` each after a pause of 2 ms.

#include <tandem/bootstrap.hpp>
#include <tandem/pool.hpp>

#include "support/round_trips.hpp"

int main() {
    tandem::bootstrap();
    const tandem::pool pool{{.processes = 2}};
    bench::report_round_trips("tandem", [&](int x) { return pool.submit(bench::task, x).get(); });
}

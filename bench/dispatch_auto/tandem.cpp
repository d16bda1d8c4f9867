// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast is a map of int to int, when each engine cuts the items as it likes?
// Engine    tandem::pool of two workers.
// Reported  items per second of wall time; the workers run before the measurement.

#include <tandem/bootstrap.hpp>
#include <tandem/pool.hpp>

#include "support/dispatch.hpp"

int main() {
    tandem::bootstrap();
    const tandem::pool pool{{.processes = 2}};
    bench::report_dispatch(
        "dispatch_auto", "tandem", 4'000'000,
        [&](const std::vector<int>& items) { return pool.map(bench::task, items); });
}

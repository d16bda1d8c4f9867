// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what do a single call and its future cost, with many calls under way at a time?
// Engine    tandem::pool of two workers, submit and get; 100,000 under way.
// Reported  tasks per second of wall time, from the first call to the last result.

#include <tandem/bootstrap.hpp>
#include <tandem/pool.hpp>

#include "support/submit_future.hpp"

int main() {
    tandem::bootstrap();
    const tandem::pool pool{{.processes = 2}};
    bench::report_submit_future("tandem", [&](int x) { return pool.submit(bench::task, x); });
}

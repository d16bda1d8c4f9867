// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do 64 arrays of 16 MiB reach two workers that sum them?
// Engine    tandem::pool of two workers, each array by value: copied to the worker.
// Reported  bytes of the arrays per second of wall time, 10^9.

#include <tandem/bootstrap.hpp>
#include <tandem/pool.hpp>

#include "support/payload.hpp"

namespace {
double sum_of(const std::vector<double>& array) { return bench::sum(array); }
} // namespace

int main() {
    tandem::bootstrap();
    const tandem::pool pool{{.processes = 2}};
    const auto arrays = bench::arrays();
    bench::report_payload("tandem", [&] { return pool.map(sum_of, arrays); });
}

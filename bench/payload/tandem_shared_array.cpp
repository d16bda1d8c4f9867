// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how fast do 64 arrays of 16 MiB reach two workers that sum them?
// Engine    tandem::pool of two workers, each array a tandem::shared_array: the handle crosses.
// Reported  bytes of the arrays per second of wall time, 10^9.

#include <tandem/bootstrap.hpp>
#include <tandem/pool.hpp>
#include <tandem/shared_array.hpp>

#include "support/payload.hpp"

namespace {
double sum_of(const tandem::shared_array<double>& array) { return bench::sum(array.span()); }
} // namespace

int main() {
    tandem::bootstrap();
    const tandem::pool pool{{.processes = 2}};
    std::vector<tandem::shared_array<double>> arrays;
    for (std::size_t i = 0; i < bench::array_count; ++i) {
        arrays.emplace_back(bench::doubles_per_array);
        bench::fill_array(arrays.back().span(), i);
    }
    bench::report_payload("tandem_shared_array", [&] { return pool.map(sum_of, arrays); });
}

// expect: tandem: a view (std::string_view, std::span) does not own what it shows
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <span>
#include <vector>

#include "tandem/tandem.hpp"

int sum(std::span<const int> values);

void run(const tandem::pool& workers, const std::vector<std::span<const int>>& rows) {
    workers.map(sum, rows);
}

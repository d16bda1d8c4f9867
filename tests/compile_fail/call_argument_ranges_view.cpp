// expect: tandem: a view (std::string_view, std::span) does not own what it shows
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <ranges>
#include <vector>

#include "tandem/tandem.hpp"

int run(const tandem::pool& workers, std::vector<int>& values) {
    const auto sum = [](auto odd) {
        int total = 0;
        for (const int value : odd) total += value;
        return total;
    };
    const auto is_odd = [](int x) { return x % 2 != 0; };
    return workers.submit(sum, values | std::views::filter(is_odd)).get();
}

// expect: tandem: a view
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string_view>
#include <vector>

#include "tandem/tandem.hpp"

std::size_t size(std::string_view text) { return text.size(); }

void run(const tandem::pool& workers, const std::vector<std::string_view>& items) {
    for (auto& each : workers.imap_unordered(size, items)) (void)each;
}

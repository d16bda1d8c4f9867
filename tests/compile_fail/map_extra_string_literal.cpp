// expect: use std::string, std::array or std::vector
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include "tandem/tandem.hpp"

std::string join(const std::string& text, const std::string& suffix) { return text + suffix; }

void run(const tandem::pool& workers, const std::vector<std::string>& items) {
    workers.map(join, items, "!");
}

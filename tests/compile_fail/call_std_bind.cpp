// expect: tandem:
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <functional>
#include <string>
#include <vector>

#include "tandem/tandem.hpp"

std::string join(const std::string& text, const std::string& suffix);

void run(const tandem::pool& workers, const std::vector<std::string>& items) {
    workers.map(std::bind(&join, std::placeholders::_1, std::string{"!"}), items);
}

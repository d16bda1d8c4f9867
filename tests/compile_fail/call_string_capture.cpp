// expect: tandem: this lambda captures what cannot be copied byte by byte, such as a std::string
// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include <string>
#include <vector>

#include "tandem/tandem.hpp"

void run(const tandem::pool& workers, const std::vector<std::string>& items) {
    const std::string suffix = "!";
    workers.map([suffix](const std::string& text) { return text + suffix; }, items);
}

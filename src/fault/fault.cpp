// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "fault/fault.hpp"

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace tandem::fault {

namespace {

struct plan {
    std::string point;
    int nth = 0;
    std::string once_file;
};

plan read_plan() {
    const char* variable = std::getenv("TANDEM_FAULT");
    if (variable == nullptr) return {};
    const std::string_view text{variable};
    const auto first = text.find(':');
    const auto second = text.find(':', first + 1);
    if (first == text.npos) return {};
    plan parsed;
    parsed.point = text.substr(0, first);
    const auto number = text.substr(first + 1, second - first - 1);
    std::from_chars(number.data(), number.data() + number.size(), parsed.nth);
    if (second != text.npos) parsed.once_file = text.substr(second + 1);
    return parsed;
}

bool is_first(const std::string& file) {
    if (file.empty()) return true;
    std::FILE* created = std::fopen(file.c_str(), "wx"); // fails if it exists
    if (created == nullptr) return false;
    std::fclose(created);
    return true;
}

} // namespace

void hit(std::string_view point) noexcept {
    static const plan planned = read_plan();
    static int hits = 0; // a process that is to be killed has one thread that counts
    if (planned.point != point) return;
    if (++hits == planned.nth && is_first(planned.once_file)) (void)std::raise(SIGKILL);
}

} // namespace tandem::fault

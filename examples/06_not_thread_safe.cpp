// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// A C function that threads must not share, on all cores. localtime() returns a static buffer, and
// the time zone that it uses is one for the whole process: two threads that convert to different
// zones get each other's times. Each worker is a process and has a buffer and a zone of its own.

#include <tandem/tandem.hpp>

#include <array>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>
#include <utility>
#include <vector>
namespace mp = tandem;

std::string local_time(const std::string& zone, std::time_t moment) {
    ::setenv("TZ", zone.c_str(), 1);
    ::tzset();
    std::array<char, 32> text{};
    (void)std::strftime(text.data(), text.size(), "%a %d %b %Y, %H:%M", std::localtime(&moment));
    return text.data();
}

int main() {
    mp::bootstrap();
    const std::vector<std::string> zones{"PST8PDT,M3.2.0,M11.1.0", "UTC0", "IST-5:30", "JST-9"};
    std::vector<std::pair<std::string, std::time_t>> items;
    for (std::time_t hour = 0; hour < 5000; ++hour)
        for (const auto& zone : zones) items.emplace_back(zone, 1'700'000'000 + 3600 * hour);

    mp::pool pool;
    const auto times = pool.starmap(local_time, items);

    for (std::size_t i = 0; i < zones.size(); ++i) std::cout << times[i] << " " << zones[i] << "\n";
    std::size_t right = 0; // as one after the other
    for (std::size_t i = 0; i < items.size(); ++i)
        right += times[i] == local_time(items[i].first, items[i].second);
    std::cout << right << " of " << items.size() << " are right\n";
}

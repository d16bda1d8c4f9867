// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// A function of several arguments: the items are tuples, and starmap() takes them apart.

#include <tandem/tandem.hpp>

#include <iostream>
#include <string>
#include <tuple>
#include <vector>
namespace mp = tandem;

struct parcel {
    std::string to;
    double price;
};

parcel send(const std::string& name, int pieces, double each) { return {name, pieces * each}; }

int main() {
    mp::bootstrap();
    mp::pool pool;
    const std::vector<std::tuple<std::string, int, double>> orders{
        {"Ada", 3, 2.50}, {"Grace", 1, 40.00}, {"Barbara", 12, 0.25}};

    for (const parcel& sent : pool.starmap(send, orders)) // a plain struct comes back
        std::cout << sent.to << " pays " << sent.price << "\n";

    // map() would pass the tuple as one argument; what follows the items goes to every call.
    const auto pieces = [](const std::tuple<std::string, int, double>& order, int boxes) {
        return std::get<int>(order) * boxes;
    };
    for (int count : pool.map(pieces, orders, 10)) std::cout << count << " pieces in 10 boxes\n";
}

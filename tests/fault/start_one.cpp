// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// start_one METHOD FILE: starts one process, whose function adds a byte to FILE, and prints how
// often it ran and what came of it.

#include <tandem/tandem.hpp>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "../support/method_of.hpp"

namespace mp = tandem;

void run(std::string file) { std::ofstream{file, std::ios::app} << 'x'; }

/// The essence of what went wrong.
std::string shorten(const std::string& message) {
    for (const char* known : {"its forkserver ended", "it ended before its function was called"})
        if (message.find(known) != std::string::npos) return known;
    return message;
}

int main(int count, char** arguments) {
    mp::bootstrap();
    if (count != 3) return 2;
    const std::string file = arguments[2];
    std::string outcome;
    try {
        const mp::process one{mp::process_options{.method = mp::test::method_of(arguments[1])}, run,
                              file};
        outcome = one.join().describe();
    } catch (const mp::launch_error& e) {
        outcome = "launch_error: " + shorten(e.what());
    }
    std::error_code none;
    const auto ran = std::filesystem::file_size(file, none);
    std::cout << "ran " << (none ? 0 : ran) << ": " << outcome << "\n";
}

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Two processes that work at the same time, and a program that waits for both.

#include <tandem/tandem.hpp>

#include <chrono>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <thread>
namespace mp = tandem;
using namespace std::chrono_literals;

void say(const std::string& what) {
    const auto now = std::time(nullptr);
    std::ostringstream line;
    line << std::put_time(std::localtime(&now), "%T") << " pid " << mp::this_process::id() << ": "
         << what << "\n";
    std::cout << line.str() << std::flush;
}

void work(const std::string& name, std::chrono::milliseconds time) {
    say(name + " begins in " + mp::this_process::name());
    std::this_thread::sleep_for(time);
    say(name + " ends");
}

int main() {
    mp::bootstrap(); // first line of main; in a process it does not return
    say("the program starts two processes");
    mp::process quick{work, std::string{"quick"}, 100ms}; // starts at once
    mp::process slow{work, std::string{"slow"}, 300ms};
    for (const mp::process* each : {&quick, &slow}) {
        const mp::exit_status status = each->join();
        say(each->name() + " " + status.describe());
    }
}

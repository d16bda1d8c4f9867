// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Thousands of processes, started and joined by each method, leave nothing behind: no child, no
// zombie, no descriptor, no memory.

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "support/fd_census.hpp"
#include "support/until.hpp"
#include "tandem/tandem.hpp"

namespace tandem::test {
namespace {

constexpr int threads = 8;

/// $TANDEM_STRESS_STARTS, or `usual`.
int number_of_starts(int usual) {
    const char* asked = std::getenv("TANDEM_STRESS_STARTS");
    return asked == nullptr ? usual : std::atoi(asked);
}

/// The forkserver of this process; 0 if there is none.
int forkserver() {
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        std::ifstream file{entry.path() / "stat"};
        std::string line;
        if (!std::getline(file, line)) continue;
        const auto name_end = line.rfind(')');
        if (line.substr(0, name_end).ends_with("(tandem-server") &&
            std::stoi(line.substr(name_end + 4)) == ::getpid())
            return std::stoi(entry.path().filename());
    }
    return 0;
}

/// Memory of a process that is its own and in use.
long private_bytes(int id) {
    std::ifstream file{"/proc/" + std::to_string(id) + "/smaps_rollup"};
    long kibibytes = 0;
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("Private_Dirty:")) kibibytes += std::stol(line.substr(14));
    return kibibytes * 1024;
}

class StartStress : public fd_census {
protected:
    /// Starts and joins `starts` processes; returns how many did not end well.
    static int run(start_method method, int starts) {
        int bad = 0;
        const process_options options{.method = method};
        for (int i = 0; i < starts; ++i)
            if (!process{options, [] {}}.join().success()) ++bad;
        return bad;
    }
    static int run_in_threads(start_method method, int starts) {
        std::atomic<int> bad = 0;
        {
            std::vector<std::jthread> running;
            for (int i = 0; i < threads; ++i)
                running.emplace_back([&, method] { bad += run(method, starts / threads); });
        }
        return bad;
    }

    /// What is left after some processes, and what after many more.
    template <class Run>
    static void expect_no_growth(int starts, Run run_some) {
        EXPECT_EQ(run_some(starts / 10), 0); // memory that is kept for the next ones
        const auto server = forkserver();
        ASSERT_NE(server, 0);
        const auto program_before = private_bytes(::getpid());
        const auto server_before = private_bytes(server);
        const auto begun = std::chrono::steady_clock::now();

        EXPECT_EQ(run_some(starts), 0);

        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
        const auto program_growth = private_bytes(::getpid()) - program_before;
        const auto server_growth = private_bytes(server) - server_before;
        std::cout << starts << " starts in " << took.count() << " s; the program grew by "
                  << program_growth / 1024 << " KiB, its forkserver by " << server_growth / 1024
                  << " KiB\n";
        EXPECT_EQ(forkserver(), server); // it is the same that was measured
        EXPECT_TRUE(until([&] { return count_children(server) == 0; })); // the spare has its name
        EXPECT_EQ(count_children(::getpid()), 1);
        EXPECT_TRUE(active_children().empty());
        if (TEST_SANITIZER) return; // they keep what is freed
        // 64 bytes that each start lost would be more, from the default number on.
        EXPECT_LT(program_growth, most_growth);
        EXPECT_LT(server_growth, most_growth);
    }

private:
    static constexpr long most_growth = 256L * 1024;
};

TEST_F(StartStress, ProcessesOfTheForkserverFromEightThreadsLeaveNothing) {
    expect_no_growth(number_of_starts(TANDEM_STRESS_FORKSERVER),
                     [](int n) { return run_in_threads(start_method::forkserver, n); });
}

TEST_F(StartStress, SpawnedProcessesFromEightThreadsLeaveNothing) {
    expect_no_growth(number_of_starts(TANDEM_STRESS_SPAWN),
                     [](int n) { return run_in_threads(start_method::spawn, n); });
}

TEST_F(StartStress, ForksLeaveNothing) {
    expect_no_growth(number_of_starts(TANDEM_STRESS_FORK),
                     [](int n) { return run(start_method::fork, n); });
}

void pause_for_ever() {
    for (;;) ::pause();
}

TEST_F(StartStress, ManyProcessesAtATimeLeaveNothing) {
    expect_no_growth(number_of_starts(TANDEM_STRESS_FORKSERVER) / 10, [](int n) {
        int bad = 0;
        std::vector<process> running;
        for (int i = 0; i < n; ++i) {
            running.emplace_back(process_options{.grace = {}}, pause_for_ever);
            if (running.size() < 100) continue;
            for (const auto& one : running) one.kill();
            for (const auto& one : running)
                if (one.join() != exit_status::killed_by(SIGKILL)) ++bad;
            running.clear();
        }
        return bad;
    });
}

} // namespace
} // namespace tandem::test

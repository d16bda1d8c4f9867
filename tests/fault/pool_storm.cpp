// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// A pool of four whose workers are hit by signals at random while it maps, and some of whose items
// end their worker by themselves. Checks each result, and that each item that ends its worker is
// reported once, with its index; compares with the same map in calm.
//
//   pool_storm [--items N] [--kills-per-second N] [--seed N]
//
// The whole storm, a minute on two processors:
//   pool_storm --items 1000000 --kills-per-second 20

#include <tandem/bootstrap.hpp>
#include <tandem/pool.hpp>

#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace mp = tandem;

namespace {

using clock = std::chrono::steady_clock;

struct storm {
    int items = 20'000;
    double kills_per_second = 20;
    unsigned seed = 1;
};

/// Some 100 microseconds of arithmetic.
std::uint32_t churn(int index) {
    auto value = static_cast<std::uint32_t>(index) + 1;
    for (int round = 0; round < 60'000; ++round) value = value * 1664525U + 1013904223U;
    return value;
}

bool ends_its_worker(int index) { return index % 5003 == 4001; }

std::uint32_t work(int index) {
    if (ends_its_worker(index)) {
        constexpr std::array signals{SIGSEGV, SIGABRT, SIGKILL};
        const auto way = static_cast<std::size_t>(index / 5003 % 4);
        if (way == 3) ::_exit(3);
        ::signal(signals[way], SIG_DFL);
        ::raise(signals[way]);
    }
    return churn(index);
}

std::uint32_t calm_work(int index) { return churn(index); }

[[noreturn]] void fail(const std::string& what) {
    std::printf("failed: %s\n", what.c_str());
    std::fflush(stdout);
    std::_Exit(1);
}

/// The workers of this program: children of its forkserver.
std::vector<int> find_workers() {
    std::vector<int> found;
    const auto parent_of = [](int process) {
        std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
        std::string text{std::istreambuf_iterator<char>{file}, {}};
        const auto behind = text.rfind(')');
        if (behind == std::string::npos) return 0;
        return std::atoi(text.c_str() + behind + 4);
    };
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        const int process = std::atoi(entry.path().filename().c_str());
        std::string name;
        std::getline(std::ifstream{entry.path() / "comm"}, name);
        if (process > 0 && name.starts_with("PoolWorker") &&
            parent_of(parent_of(process)) == ::getpid())
            found.push_back(process);
    }
    return found;
}

/// Hits workers until it is told to stop; returns how often.
int rage(const std::stop_token& stop, const storm& options) {
    constexpr std::array signals{SIGKILL, SIGSEGV, SIGABRT, SIGSTOP};
    std::mt19937 random{options.seed};
    const std::chrono::duration<double> pause{1 / options.kills_per_second};
    int hits = 0;
    for (auto next = clock::now(); !stop.stop_requested();) {
        next += std::chrono::duration_cast<clock::duration>(pause);
        std::this_thread::sleep_until(next); // the storm's own rhythm; nothing waits for it
        const auto workers = find_workers();
        if (workers.empty()) continue;
        const auto victim = workers[random() % workers.size()];
        if (::kill(victim, signals[random() % signals.size()]) == 0) ++hits;
    }
    return hits;
}

double map_in_calm(const std::vector<int>& items) {
    const mp::pool workers{{.processes = 4}};
    const auto begin = clock::now();
    const auto results = workers.map(calm_work, items);
    const std::chrono::duration<double> taken = clock::now() - begin;
    for (const int item : items)
        if (results[static_cast<std::size_t>(item)] != churn(item) && item % 97 == 0)
            fail("a result in calm");
    return static_cast<double>(items.size()) / taken.count();
}

void check(int index, const std::expected<std::uint32_t, mp::failure>& outcome) {
    const auto name = "item " + std::to_string(index);
    if (!ends_its_worker(index)) {
        if (!outcome) fail(name + ": " + outcome.error().what());
        if (*outcome != churn(index)) fail(name + " has another result");
        return;
    }
    if (outcome) fail(name + " ended its worker and has a result");
    const auto* crash = outcome.error().get_if<mp::worker_crashed>();
    if (crash == nullptr) fail(name + ": " + outcome.error().what());
    if (crash->index() != static_cast<std::size_t>(index)) fail(name + " was reported as another");
}

double map_in_storm(const std::vector<int>& items, const storm& options, int& hits) {
    const mp::pool workers{{.processes = 4}};
    std::jthread killer{[&](const std::stop_token& stop) { hits = rage(stop, options); }};
    const auto begin = clock::now();
    const auto outcomes = workers.with({.on_error = mp::on_error::retry(3)}).try_map(work, items);
    const std::chrono::duration<double> taken = clock::now() - begin;
    killer = {};
    for (const int item : items) check(item, outcomes[static_cast<std::size_t>(item)]);
    return static_cast<double>(items.size()) / taken.count();
}

template <class Number>
void read_number(std::string_view text, Number& number) {
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{})
        fail("not a number: " + std::string{text});
}

storm read_options(int count, char** arguments) {
    storm options;
    for (int i = 1; i + 1 < count; i += 2) {
        const std::string_view name = arguments[i];
        if (name == "--items") read_number(arguments[i + 1], options.items);
        if (name == "--kills-per-second") read_number(arguments[i + 1], options.kills_per_second);
        if (name == "--seed") read_number(arguments[i + 1], options.seed);
    }
    return options;
}

} // namespace

int main(int count, char** arguments) {
    mp::bootstrap();
    const auto options = read_options(count, arguments);
    std::vector<int> items(static_cast<std::size_t>(options.items));
    std::iota(items.begin(), items.end(), 0);

    const double calm = map_in_calm(items);
    int hits = 0;
    const double stormy = map_in_storm(items, options, hits);
    if (!find_workers().empty()) fail("workers are left");

    const auto ended = std::accumulate(items.begin(), items.end(), 0, [](int sum, int item) {
        return sum + static_cast<int>(ends_its_worker(item));
    });
    std::printf("%d items, %d of them end their worker; %d signals from outside\n", options.items,
                ended, hits);
    std::printf("all outcomes are right; %.0f items/s in calm, %.0f in the storm: %.2f\n", calm,
                stormy, stormy / calm);
}

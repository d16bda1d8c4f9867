// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  what becomes of a map while its workers are killed, one every 50 ms?
// Engine    tandem::pool of four workers, map over 100,000 items. The item that a killed worker
//           ran is run again.
// Reported  `faults`: the outcome: all right, since any other ends the engine.
//           `faults_throughput`: time of the map when nobody is killed, divided by its time now.

#include <tandem/bootstrap.hpp>
#include <tandem/pool.hpp>

#include <cmath>
#include <string>

#include "support/dispatch.hpp"
#include "support/reachable.hpp"
#include "support/storm.hpp"
#include "support/work.hpp"

namespace {

using shared_roster = bench::reachable<bench::roster>;

/// A task of 15 us.
int storm_task(int x, const std::string& roster) {
    static const bool noted = [&] {
        shared_roster::at(roster).add(::getpid());
        return true;
    }();
    bench::require(noted && bench::work(7'500) != 0, "a step of the work");
    return bench::task(x);
}

} // namespace

int main() {
    tandem::bootstrap();
    ::alarm(60); // a pool that hangs is a failed engine, and soon
    const tandem::pool pool{{.processes = 4}};
    const shared_roster roster;
    const std::vector<int> items = bench::items(100'000);
    const auto seconds_of_one_map = [&] {
        const bench::stopwatch watch;
        const auto results = pool.with({.on_error = tandem::on_error::retry(1'000)})
                                 .map(storm_task, items, roster.path());
        const double seconds = watch.seconds();
        bench::require(results.size() == items.size(), "number of results");
        for (std::size_t i = 0; i < items.size(); ++i)
            bench::require(results[i] == bench::task(items[i]), "a result, or its place");
        return seconds;
    };

    const double calm = seconds_of_one_map();
    const bench::storm storm{*roster};
    const double stormy = seconds_of_one_map();
    const int kills = storm.kills();
    bench::require(kills > 0, "a storm in which nobody was killed");
    bench::report({"faults", "tandem", "all right",
                   "killed: " + std::to_string(kills) + " workers in " +
                       std::to_string(std::lround(stormy * 1e3)) + " ms"});
    bench::report({"faults_throughput", "tandem", "x calm", calm / stormy});
}

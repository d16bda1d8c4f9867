// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how many processes that do nothing can be started and joined per second, one after the
//           other? How long does a pool of two take from its construction to its first result?
// Engine    tandem::process, by start method; tandem::pool, submit and get.
// Reported  `process_rate`, processes per second: `tandem` is the forkserver, the default; the
//           others are `tandem_spawn` and `tandem_fork`.
//           `pool_startup`, milliseconds: `tandem` is the first pool of the program, which starts
//           the forkserver too; `tandem_warm` the median of nine later ones.

#include <tandem/bootstrap.hpp>
#include <tandem/pool.hpp>
#include <tandem/process.hpp>

#include <algorithm>
#include <string_view>
#include <vector>

#include "support/start_up.hpp"
#include "support/task.hpp"

namespace {

double milliseconds_until_first_result() {
    const bench::stopwatch watch;
    const tandem::pool pool{{.processes = 2}};
    const int answer = pool.submit(bench::task, 1).get();
    const double milliseconds = watch.seconds() * 1e3;
    bench::require(answer == bench::task(1), "the first result of a pool");
    return milliseconds;
}

void nothing() {}

void report_method(const char* engine, tandem::start_method method) {
    bench::report_process_rate(engine, [method] {
        const tandem::process child{{.method = method}, nothing};
        return child.join().success();
    });
}

} // namespace

int main(int count, char** arguments) {
    // The engine posix_spawn_self executes this program too.
    if (count == 2 && arguments[1] == std::string_view{"end_at_once"}) return 0;
    tandem::bootstrap();

    bench::report({"pool_startup", "tandem", "ms", milliseconds_until_first_result()});
    std::vector<double> later(9);
    std::ranges::generate(later, milliseconds_until_first_result);
    bench::report({"pool_startup", "tandem_warm", "ms", bench::quantile(later, 0.5)});

    report_method("tandem", tandem::start_method::forkserver);
    report_method("tandem_spawn", tandem::start_method::spawn);
    report_method("tandem_fork", tandem::start_method::fork);
}

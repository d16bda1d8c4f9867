// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how much quicker are two workers than one, when the work only needs a processor?
// Engine    the limit: two forked processes that know the tasks from the start. Each takes its
//           share, and sleeps on a futex between the runs.
// Reported  wall time with one worker divided by that with two.

#include "support/futex_word.hpp"
#include "support/processes.hpp"
#include "support/speed_up.hpp"

namespace {

struct stage {
    bench::futex_word round; // grows when a run begins
    bench::futex_word done;  // processes that have done their share
    std::size_t workers = 0;
    std::size_t count = 0;
    std::uint32_t steps[1'000] = {};
    std::uint32_t results[1'000] = {};
};

void serve(stage& s, std::size_t worker) {
    for (std::uint32_t round = 0;;) {
        round = s.round.wait_while(round);
        if (worker >= s.workers) continue;
        for (std::size_t i = worker; i < s.count; i += s.workers)
            s.results[i] = bench::work(s.steps[i]);
        s.done.add(1);
    }
}

} // namespace

int main() {
    const bench::shared<stage> s;
    const bench::child first{[&] { serve(*s, 0); }};
    const bench::child second{[&] { serve(*s, 1); }};

    bench::report_speed_up("two_forks", [&](int workers, const std::vector<std::uint32_t>& steps) {
        s->count = steps.size();
        std::ranges::copy(steps, s->steps);
        s->workers = static_cast<std::size_t>(workers);
        s->done.set(0);
        s->round.add(1);
        s->done.wait_until(static_cast<std::uint32_t>(workers));
        return std::vector<std::uint32_t>(s->results, s->results + s->count);
    });
}

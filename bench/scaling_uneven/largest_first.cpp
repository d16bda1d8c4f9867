// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how long do uneven tasks take on two workers, beside the best that is possible? The
//           bound is half of all processor time, or the longest task.
// Engine    the limit: two forked processes that know all tasks and take them one by one, the
//           largest first.
// Reported  `scaling_uneven`: wall time divided by the bound, for 64 tasks of which the last has
//           30 % of all work. `scaling_uneven_many`: for 2,000 uneven tasks.

#include <atomic>
#include <numeric>

#include "support/futex_word.hpp"
#include "support/makespan.hpp"
#include "support/processes.hpp"

namespace {

constexpr std::size_t most_tasks = 2'000;

struct stage {
    bench::futex_word round; // grows when a run begins
    bench::futex_word done;  // tasks of this run
    std::atomic<std::size_t> next{0};
    std::size_t count = 0;
    std::size_t order[most_tasks] = {};
    std::uint32_t steps[most_tasks] = {};
    bench::timed_result results[most_tasks] = {};
};

void serve(stage& s) {
    for (std::uint32_t round = 0;;) {
        round = s.round.wait_while(round);
        for (std::size_t place = 0; (place = s.next.fetch_add(1)) < s.count;) {
            const std::size_t i = s.order[place];
            s.results[i] = bench::timed_work(s.steps[i]);
            s.done.add(1);
        }
    }
}

std::vector<bench::timed_result> map(stage& s, const std::vector<std::uint32_t>& steps) {
    std::ranges::copy(steps, s.steps);
    std::iota(s.order, s.order + steps.size(), std::size_t{0});
    std::sort(s.order, s.order + steps.size(),
              [&](std::size_t a, std::size_t b) { return steps[a] > steps[b]; });
    s.count = steps.size();
    s.done.set(0);
    s.next = 0;
    s.round.add(1);
    s.done.wait_until(static_cast<std::uint32_t>(steps.size()));
    return {s.results, s.results + steps.size()};
}

} // namespace

int main() {
    const bench::shared<stage> s;
    const bench::child first{[&] { serve(*s); }};
    const bench::child second{[&] { serve(*s); }};
    bench::report_makespans("largest_first", [&](const auto& steps) { return map(*s, steps); });
}

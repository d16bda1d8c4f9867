// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Question  how many packets of a capture can be analysed in a second? Page cache warm.
// Engine    the limit: all statistics written by hand for this capture only, two processes. The
//           parent walks over the record headers and publishes where intervals start, then works
//           too; each process takes the next interval from a shared counter. Nobody may crash.
// Reported  packets of the capture per second of wall time, from the fork to the last interval.

#include <sched.h>

#include <atomic>

#include "support/pcap_by_hand.hpp"
#include "support/processes.hpp"

namespace {

namespace by_hand = bench::by_hand;

/// Written by the parent: starts, known, complete. `taken` is anybody's, one fetch_add for each
/// claim.
struct plan {
    static constexpr std::size_t most_intervals = 4'096;

    alignas(64) std::atomic<std::size_t> taken{0};
    alignas(64) std::atomic<std::size_t> known{0}; // releases starts[0 .. known)
    std::atomic<bool> complete{false};
    std::atomic<int> working{2};
    std::array<by_hand::interval_start, most_intervals> starts{};
    std::array<by_hand::interval, most_intervals> intervals{};
    std::array<by_hand::port_sets, 2> ports{};
};

void find_intervals(plan& p, int fd) {
    by_hand::interval_start at = by_hand::first_interval(fd);
    std::size_t known = 0;
    const auto publish = [&] {
        bench::require(known < plan::most_intervals, "too many intervals");
        p.starts[known++] = at;
        p.known.store(known, std::memory_order_release);
    };
    publish();
    by_hand::record_reader records{fd, at.offset};
    for (by_hand::record r{}; records.next(r);) {
        if (r.time_us - at.start_us < by_hand::interval_us) continue;
        at = {.offset = records.offset(), .start_us = r.time_us, .before_us = r.time_us};
        publish();
    }
    p.complete.store(true, std::memory_order_release);
}

void work(plan& p, int fd, by_hand::port_sets& ports) {
    by_hand::analyser analyser;
    for (;;) {
        const std::size_t mine = p.taken.fetch_add(1, std::memory_order_relaxed); // claims only
        bool complete = false;
        while (p.known.load(std::memory_order_acquire) <= mine && !complete) {
            complete = p.complete.load(std::memory_order_acquire);
            if (!complete) ::sched_yield();
        }
        if (p.known.load(std::memory_order_acquire) <= mine) break;
        by_hand::interval_start at = p.starts[mine];
        by_hand::record_reader records{fd, at.offset};
        p.intervals[mine] = analyser.run(records, at);
    }
    ports = analyser.ports();
    p.working.fetch_sub(1, std::memory_order_release);
}

} // namespace

int main(int count, char** arguments) {
    const bench::pcap_arguments given{count, arguments};
    const bench::shared<plan> shared_plan;
    plan& p = *shared_plan;

    const bench::stopwatch watch;
    const int fd = by_hand::open_capture(given.capture);
    const bench::child second{[&] { work(p, fd, p.ports[1]); }};
    find_intervals(p, fd);
    work(p, fd, p.ports[0]);
    while (p.working.load(std::memory_order_acquire) > 0) ::sched_yield();
    const double seconds = watch.seconds();

    std::uint64_t packets = 0;
    for (std::size_t i = 0; i < p.known.load(); ++i) packets += p.intervals[i].packets;
    bench::require(packets == given.packets, "number of packets");
    bench::require((p.ports[0].tcp_source | p.ports[1].tcp_source).any(), "ports");
    bench::report_packets("by_hand", packets, seconds);
}

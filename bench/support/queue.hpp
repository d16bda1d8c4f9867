// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <sched.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "processes.hpp"
#include "report.hpp"

namespace bench {

using small_record = std::array<std::uint64_t, 8>;
using large_record = std::array<std::uint64_t, (std::size_t{1} << 20) / 8>;

struct crew {
    int producers = 1;
    int consumers = 1;
    std::uint64_t records = 0; // of each producer
};

namespace detail {

constexpr std::uint64_t no_more = ~std::uint64_t{0};

struct tally {
    alignas(64) std::atomic<int> ready{0};
    std::atomic<bool> go{false};
    std::atomic<int> producing{0};
    std::atomic<int> consuming{0};
    alignas(64) std::atomic<std::uint64_t> count{0};
    std::atomic<std::uint64_t> sum{0};
};

template <class Condition>
void yield_until(Condition condition) {
    while (!condition()) ::sched_yield();
}

template <class Record, class MakePush>
void produce(tally& all, const crew& who, const MakePush& make_push) {
    auto push = make_push();
    const auto record = std::make_unique<Record>();
    all.ready.fetch_add(1);
    yield_until([&] { return all.go.load(); });
    for (std::uint64_t i = 0; i < who.records; ++i) {
        record->front() = i;
        record->back() = i;
        push(*record);
    }
    if (all.producing.fetch_sub(1) == 1) {
        record->front() = no_more;
        for (int i = 0; i < who.consumers; ++i) push(*record);
    }
    yield_until([&] { return all.consuming.load() == 0; }); // some send from this process
}

template <class Record, class MakePop>
void consume(tally& all, const MakePop& make_pop) {
    auto pop = make_pop();
    const auto record = std::make_unique<Record>();
    std::uint64_t count = 0;
    std::uint64_t sum = 0;
    all.ready.fetch_add(1);
    for (;;) {
        pop(*record);
        if (record->front() == no_more) break;
        require(record->front() == record->back(), "a record that is whole");
        sum += record->front();
        ++count;
    }
    all.count.fetch_add(count);
    all.sum.fetch_add(sum);
    all.consuming.fetch_sub(1);
}

} // namespace detail

/// Seconds from the first push to the last pop. Each producer and consumer is a process, which
/// makes what it pushes or pops with: make_push() -> push(const Record&), make_pop() ->
/// pop(Record&).
template <class Record, class MakePush, class MakePop>
double seconds_of(const crew& who, const MakePush& make_push, const MakePop& make_pop) {
    const shared<detail::tally> all;
    all->producing = who.producers;
    all->consuming = who.consumers;
    std::vector<std::unique_ptr<child>> children;
    for (int i = 0; i < who.producers; ++i)
        children.push_back(
            std::make_unique<child>([&] { detail::produce<Record>(*all, who, make_push); }));
    for (int i = 0; i < who.consumers; ++i)
        children.push_back(
            std::make_unique<child>([&] { detail::consume<Record>(*all, make_pop); }));
    detail::yield_until([&] { return all->ready == who.producers + who.consumers; });

    const stopwatch watch;
    all->go = true;
    while (all->consuming != 0) ::usleep(200);
    const double seconds = watch.seconds();
    const auto records = static_cast<std::uint64_t>(who.producers) * who.records;
    require(all->count == records, "number of records");
    require(all->sum == records * (who.records - 1) / 2, "sum of the records");
    return seconds;
}

template <class MakePush, class MakePop>
void report_small(const char* question, const char* engine, const crew& who,
                  const MakePush& make_push, const MakePop& make_pop) {
    const double seconds = seconds_of<small_record>(who, make_push, make_pop);
    report({question, engine, "records/s",
            static_cast<double>(who.producers) * static_cast<double>(who.records) / seconds});
}

template <class MakePush, class MakePop>
void report_large(const char* engine, std::uint64_t records, const MakePush& make_push,
                  const MakePop& make_pop) {
    const double seconds = seconds_of<large_record>({1, 1, records}, make_push, make_pop);
    report({"queue_large", engine, "GB/s",
            static_cast<double>(records) * sizeof(large_record) / seconds / 1e9});
}

/// `round_trip(record&)` sends a record to a process that sends it back.
template <class RoundTrip>
void report_queue_latency(const char* engine, int count, RoundTrip round_trip) {
    std::vector<double> samples;
    for (int i = 0; i < count + count / 10; ++i) {
        small_record record{static_cast<std::uint64_t>(i)};
        const stopwatch watch;
        round_trip(record);
        const double microseconds = watch.seconds() * 1e6;
        require(record.front() == static_cast<std::uint64_t>(i), "the record that came back");
        if (i >= count / 10) samples.push_back(microseconds);
    }
    report({"queue_latency_p50", engine, "us", quantile(samples, 0.50)});
    report({"queue_latency_p99", engine, "us", quantile(samples, 0.99)});
}

} // namespace bench

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Queues, locks, shared memory and connections as arguments of processes and tasks.

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <numeric>
#include <vector>

#include "support/fd_census.hpp"
#include "tandem/barrier.hpp"
#include "tandem/condition_variable.hpp"
#include "tandem/event.hpp"
#include "tandem/mutex.hpp"
#include "tandem/pipe.hpp"
#include "tandem/pool.hpp"
#include "tandem/process.hpp"
#include "tandem/queue.hpp"
#include "tandem/semaphore.hpp"
#include "tandem/shared_array.hpp"
#include "tandem/shared_value.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;

void double_all(const queue<int>& in, const queue<int>& out) {
    for (int number = in.pop(); number != 0; number = in.pop()) out.push(2 * number);
}

void add_under_lock(int times, const mutex& lock, const shared_value<long>& sum) {
    for (int i = 0; i < times; ++i) {
        const std::lock_guard guard{lock};
        *sum = *sum + 1;
    }
}

long add_part(std::size_t first, const shared_array<long>& all) {
    const auto part = all.span().subspan(first, 10);
    return std::accumulate(part.begin(), part.end(), 0L);
}

void answer(connection to, const event& done) {
    to.send(to.receive<int>() + 1);
    done.set();
}

void meet(const barrier& all, const semaphore& met) {
    (void)all.arrive_and_wait();
    met.release();
}

class Handles : public test::fd_census {};

TEST_F(Handles, QueuesArePassedToAProcess) {
    const queue<int> in;
    const queue<int> out;
    process worker{double_all, in, out};
    for (const int number : {1, 2, 3, 0}) in.push(number);

    EXPECT_EQ(worker.join().code(), 0);
    EXPECT_EQ(out.pop_up_to(10), (std::vector<int>{2, 4, 6}));
}

TEST_F(Handles, AMutexGuardsAValueThatTasksShare) {
    const pool workers{{.processes = 2}};
    const mutex lock;
    const shared_value<long> sum;
    (void)workers.map(add_under_lock, std::vector<int>(8, 500), lock, sum);
    EXPECT_EQ(*sum, 4000);
}

TEST_F(Handles, TasksReadPartsOfAnArray) {
    const pool workers{{.processes = 2}};
    const shared_array<long> all(100, 3);
    const std::vector<std::size_t> firsts{0, 10, 20, 90};
    EXPECT_EQ(workers.map(add_part, firsts, all), std::vector<long>(4, 30));
}

TEST_F(Handles, AnEndOfAPipeGoesToATask) {
    const pool workers{{.processes = 1}};
    auto [here, there] = pipe();
    const event done;
    auto answered = workers.submit(answer, there, done);
    here.send(41);
    EXPECT_EQ(here.receive<int>(), 42);
    EXPECT_TRUE(done.wait_for(20s));
    answered.get();
}

TEST_F(Handles, ProcessesMeetAtABarrier) {
    const barrier all{3};
    const semaphore met{0};
    process first{meet, all, met};
    process second{{.method = start_method::spawn}, meet, all, met};
    (void)all.arrive_and_wait_for(20s);
    EXPECT_TRUE(met.try_acquire_for(20s));
    EXPECT_TRUE(met.try_acquire_for(20s));
    EXPECT_EQ(first.join().code(), 0);
    EXPECT_EQ(second.join().code(), 0);
}

} // namespace
} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Processes that are killed while they use a queue, at any moment.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/fd_census.hpp"
#include "support/until.hpp"
#include "tandem/queue.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;

/// A fork of this process, killed and reaped at the end at the latest.
class forked_process {
public:
    template <class Body>
    explicit forked_process(Body body) : id_{::fork()} {
        if (id_ != 0) return;
        body();
        ::_exit(0);
    }
    forked_process(const forked_process&) = delete;
    forked_process& operator=(const forked_process&) = delete;
    ~forked_process() { (void)kill(); }

    /// Waits for its end; its exit code, or minus the signal.
    int wait() {
        int status = 0;
        const auto reaped = id_ > 0 ? ::waitpid(std::exchange(id_, 0), &status, 0) : 0;
        EXPECT_GE(reaped, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    int kill() {
        if (id_ > 0) ::kill(id_, SIGKILL);
        return wait();
    }

private:
    pid_t id_;
};

/// A record that shows if it is not whole.
std::string record_of(int producer, std::uint64_t number) {
    return std::to_string(producer) + ":" + std::to_string(number) +
           std::string(number % 300, static_cast<char>('a' + number % 26));
}
std::pair<int, std::uint64_t> check_record(const std::string& text) {
    const auto producer = std::stoi(text);
    const auto number = std::stoull(text.substr(text.find(':') + 1));
    EXPECT_EQ(text, record_of(producer, number));
    return {producer, number};
}

class QueueCrash : public test::fd_census {};

TEST_F(QueueCrash, RecordsOfAProcessThatHasEndedAreThere) {
    queue<std::string> texts;
    EXPECT_EQ(forked_process([texts]() mutable {
                  for (std::uint64_t i = 0; i < 100; ++i) texts.push(record_of(0, i));
              }).wait(),
              0);
    EXPECT_EQ(texts.size(), 100U);
    for (std::uint64_t i = 0; i < 100; ++i) EXPECT_EQ(check_record(texts.pop()), (std::pair{0, i}));
}

TEST_F(QueueCrash, KilledProducersLeaveWholeRecordsInOrder) {
    queue<std::string> texts{{.capacity = 200, .bytes = 40'000}};
    std::array<std::uint64_t, 20> expected{};
    for (int round = 0; round < 20; ++round) {
        forked_process producer{[texts, round]() mutable {
            for (std::uint64_t i = 0;; ++i) texts.push(record_of(round, i));
        }};
        for (int i = 0; i < 50 + round * 37; ++i) {
            const auto [from, number] = check_record(texts.pop());
            EXPECT_EQ(number, expected.at(static_cast<std::size_t>(from))++);
        }
        EXPECT_EQ(producer.kill(), -SIGKILL);
    }
    auto left = texts.size();
    while (const auto text = texts.try_pop()) {
        const auto [from, number] = check_record(*text);
        EXPECT_EQ(number, expected.at(static_cast<std::size_t>(from))++);
        --left;
    }
    EXPECT_EQ(left, 0U);
    texts.push("works");
    EXPECT_EQ(texts.pop(), "works");
}

TEST_F(QueueCrash, KilledConsumersTakeAtMostTheRecordInHand) {
    queue<std::uint64_t> numbers{{.capacity = 100}};
    queue<std::uint64_t> received{{.capacity = 100'000}};
    std::uint64_t pushed = 0;
    constexpr int rounds = 20;
    for (int round = 0; round < rounds; ++round) {
        forked_process consumer{[numbers, received]() mutable {
            for (;;) received.push(numbers.pop());
        }};
        for (int i = 0; i < 100 + round * 41; ++i) numbers.push(pushed++);
        EXPECT_EQ(consumer.kill(), -SIGKILL);
    }
    const auto left = numbers.size();
    while (const auto number = numbers.try_pop()) received.push(*number);
    EXPECT_LE(left, 100U);
    std::uint64_t next = 0;
    std::uint64_t lost = 0;
    while (const auto number = received.try_pop()) {
        EXPECT_GE(*number, next);
        lost += *number - next;
        next = *number + 1;
    }
    EXPECT_LE(lost + (pushed - next), static_cast<std::uint64_t>(rounds));
}

[[noreturn]] void deal_with_all(queue<std::uint64_t> numbers, queue<std::uint64_t> dealt_with) {
    for (;;) {
        dealt_with.push(numbers.pop());
        numbers.task_done();
    }
}

TEST_F(QueueCrash, LeasesOfAKilledProcessReturnAndNothingIsLost) {
    queue<std::uint64_t> numbers{{.capacity = 100, .leases = true}};
    queue<std::uint64_t> dealt_with{{.capacity = 100'000}};
    std::uint64_t pushed = 0;
    for (int round = 0; round < 20; ++round) {
        forked_process consumer{[&] { deal_with_all(numbers, dealt_with); }};
        for (int i = 0; i < 100 + round * 13; ++i) numbers.push(pushed++);
        EXPECT_EQ(consumer.kill(), -SIGKILL);
    }
    while (const auto number = numbers.pop_for(0s)) {
        dealt_with.push(*number);
        numbers.task_done();
    }
    EXPECT_TRUE(numbers.join_for(0s));
    std::vector<int> times(pushed);
    while (const auto number = dealt_with.try_pop()) ++times.at(*number);
    for (const auto count : times) EXPECT_GE(count, 1);
}

TEST_F(QueueCrash, WaitingForALeaseOfAKilledProcessEnds) {
    queue<int> numbers{{.leases = true}};
    queue<int> taken;
    numbers.push(1);
    forked_process holder{[numbers, taken]() mutable {
        taken.push(numbers.pop());
        for (;;) ::pause();
    }};
    EXPECT_EQ(taken.pop(), 1);
    EXPECT_EQ(numbers.size(), 0U);
    EXPECT_EQ(numbers.try_pop(), std::nullopt);
    EXPECT_EQ(holder.kill(), -SIGKILL);

    EXPECT_EQ(numbers.pop_for(20s), 1);
    EXPECT_FALSE(numbers.join_for(0s));
    numbers.task_done();
    numbers.join();
}

TEST_F(QueueCrash, KilledSleepersDoNotHoldUpOthers) {
    queue<int> numbers{{.capacity = 1}};
    for (int round = 0; round < 10; ++round) {
        forked_process first{[numbers]() mutable { (void)numbers.pop(); }};
        forked_process second{[numbers]() mutable { ::_exit(numbers.pop()); }};
        EXPECT_EQ(first.kill(), -SIGKILL);
        numbers.push(7);
        EXPECT_EQ(second.wait(), 7);
    }
}

TEST_F(QueueCrash, ForkOfAThreadWithLeasesHasNone) {
    queue<int> numbers{{.leases = true}};
    numbers.push(1);
    numbers.push(2);
    EXPECT_EQ(numbers.pop(), 1);
    EXPECT_EQ(forked_process([numbers]() mutable {
                  try {
                      numbers.task_done();
                  } catch (const std::logic_error&) {
                      ::_exit(numbers.pop());
                  }
              }).wait(),
              2);
    EXPECT_EQ(numbers.pop_for(20s), 2);
    numbers.task_done();
    numbers.task_done();
    EXPECT_TRUE(numbers.join_for(0s));
}

} // namespace
} // namespace tandem

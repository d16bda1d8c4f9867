// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/queue.hpp"

#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/carrier.hpp"
#include "support/fd_census.hpp"
#include "support/until.hpp"

namespace tandem {
namespace {

using namespace std::chrono_literals;
using test::carrier;
using test::cross;
using testing::ElementsAre;

class Queue : public test::fd_census {};

TEST_F(Queue, GivesBackWhatWasPushedInOrder) {
    queue<std::string> texts;
    texts.push("first");
    texts.push("");
    texts.push(std::string(100'000, 'x'));

    EXPECT_EQ(texts.size(), 3U);
    EXPECT_EQ(texts.pop(), "first");
    EXPECT_EQ(texts.pop(), "");
    EXPECT_EQ(texts.pop(), std::string(100'000, 'x'));
    EXPECT_TRUE(texts.empty());
}

TEST_F(Queue, PopsIntoWhatIsThere) {
    const queue<std::string> texts;
    const queue<int> numbers;
    texts.push("short");
    numbers.push(7);

    std::string text(1000, 'x');
    int number = 0;
    texts.pop_into(text);
    numbers.pop_into(number);
    EXPECT_EQ(text, "short");
    EXPECT_EQ(number, 7);
}

TEST_F(Queue, HoldsPlainValuesToo) {
    queue<std::array<int, 3>> rows;
    rows.push({1, 2, 3});
    EXPECT_EQ(rows.pop(), (std::array{1, 2, 3}));
    queue<std::uint64_t> numbers;
    EXPECT_TRUE(numbers.try_push(7));
    EXPECT_EQ(numbers.try_pop(), 7U);
    EXPECT_EQ(numbers.try_pop(), std::nullopt);
}

TEST_F(Queue, CopiesAndWhatHasCrossedAreTheSameQueue) {
    carrier by;
    queue<int> numbers;
    const auto there = cross(by, numbers);
    auto copy = there;
    EXPECT_EQ(there, numbers);
    EXPECT_NE(queue<int>{}, numbers);
    copy.push(3);
    EXPECT_EQ(numbers.pop(), 3);
}

TEST_F(Queue, MemoryOfAnotherKindIsNoQueue) {
    using detail::shared_region;
    carrier by;
    const auto region = shared_region::create("test", 100'000, shared_region::pages::as_used);
    encoder out;
    out.carry_descriptors(&by);
    out.write(region);
    decoder in{out.bytes()};
    in.find_descriptors(&by);
    EXPECT_THROW((void)in.read<queue<int>>(), codec_error);
}

TEST_F(Queue, FullOneTakesNoMoreUntilThereIsRoom) {
    queue<int> numbers{{.capacity = 2}};
    EXPECT_EQ(numbers.capacity(), 2U);
    numbers.push(1);
    numbers.push(2);
    EXPECT_FALSE(numbers.try_push(3));
    EXPECT_FALSE(numbers.push_for(3, 1ms));
    std::thread pushing{[numbers]() mutable { numbers.push(3); }};
    EXPECT_EQ(numbers.pop(), 1);
    pushing.join();
    EXPECT_EQ(numbers.pop(), 2);
    EXPECT_EQ(numbers.pop(), 3);
}

TEST_F(Queue, BytesAreALimitToo) {
    queue<std::string> texts{{.bytes = 4096, .largest = 10'000}};
    texts.push(std::string(3000, 'a'));
    EXPECT_FALSE(texts.try_push(std::string(3000, 'b')));
    EXPECT_EQ(texts.pop().size(), 3000U);
    EXPECT_TRUE(texts.try_push(std::string(9000, 'c')));
    EXPECT_THROW(texts.push(std::string(20'000, 'd')), std::length_error);
    EXPECT_EQ(texts.pop(), std::string(9000, 'c'));
}

TEST_F(Queue, PopForEndsInTime) {
    queue<int> numbers;
    EXPECT_EQ(numbers.pop_for(1ms), std::nullopt);
    EXPECT_EQ(numbers.pop_for(-1s), std::nullopt);
    numbers.push(4);
    EXPECT_EQ(numbers.pop_for(std::chrono::nanoseconds::max()), 4);
}

TEST_F(Queue, PopWaitsForARecord) {
    queue<int> numbers;
    std::thread popping{[numbers]() mutable { EXPECT_EQ(numbers.pop(), 5); }};
    numbers.push(5);
    popping.join();
}

TEST_F(Queue, CloseEndsAllWaits) {
    queue<int> empty;
    queue<int> full{{.capacity = 1}};
    full.push(1);
    std::thread popping{[empty]() mutable { EXPECT_THROW((void)empty.pop(), queue_closed); }};
    std::thread pushing{[full]() mutable { EXPECT_THROW(full.push(2), queue_closed); }};
    empty.close();
    full.close();
    popping.join();
    pushing.join();

    EXPECT_TRUE(full.is_closed());
    EXPECT_THROW(full.push(2), queue_closed);
    EXPECT_EQ(full.pop(), 1);
    EXPECT_THROW((void)full.try_pop(), queue_closed);
    full.close();
}

TEST_F(Queue, ManyAtOnceKeepTheirOrder) {
    queue<int> numbers{{.capacity = 50}};
    std::vector<int> all(10'000);
    std::iota(all.begin(), all.end(), 0);
    std::thread pushing{[&, numbers]() mutable {
        numbers.push_range(all);
        numbers.close();
    }};
    std::vector<int> received;
    while (received.size() < all.size()) {
        const auto some = numbers.pop_up_to(30);
        EXPECT_LE(some.size(), 30U);
        EXPECT_FALSE(some.empty());
        received.insert(received.end(), some.begin(), some.end());
    }
    EXPECT_THROW((void)numbers.pop_up_to(30), queue_closed);
    pushing.join();
    EXPECT_EQ(received, all);
    EXPECT_TRUE(numbers.pop_up_to(0).empty());
}

/// What one consumer received, by producer.
struct received_numbers {
    std::array<std::vector<int>, 4> from;

    void take(queue<std::pair<int, int>> numbers, int count) {
        for (; count > 0; --count) {
            const auto [producer, number] = numbers.pop();
            from.at(static_cast<std::size_t>(producer)).push_back(number);
        }
    }
};

void push_numbers(queue<std::pair<int, int>> to, int producer, int count) {
    for (int number = 0; number < count; ++number) to.push({producer, number});
}

TEST_F(Queue, RecordsOfManyThreadsArriveOnceAndInTheOrderOfEach) {
    constexpr int count = 5000;
    const queue<std::pair<int, int>> numbers{{.capacity = 64}};
    std::array<received_numbers, 4> consumers;
    std::vector<std::jthread> running;
    for (int i = 0; i < 4; ++i) {
        running.emplace_back([&, i] { push_numbers(numbers, i, count); });
        auto& consumer = consumers.at(static_cast<std::size_t>(i));
        running.emplace_back([&] { consumer.take(numbers, count); });
    }
    running.clear();
    std::vector<int> expected(count);
    std::iota(expected.begin(), expected.end(), 0);
    for (std::size_t producer = 0; producer < 4; ++producer) {
        std::vector<int> all;
        for (const auto& consumer : consumers) {
            const auto& some = consumer.from.at(producer);
            EXPECT_TRUE(std::ranges::is_sorted(some));
            all.insert(all.end(), some.begin(), some.end());
        }
        std::ranges::sort(all);
        EXPECT_EQ(all, expected);
    }
}

TEST_F(Queue, JoinWaitsUntilAllIsDone) {
    queue<int> numbers;
    EXPECT_TRUE(numbers.join_for(0s));
    numbers.push(1);
    numbers.push(2);
    EXPECT_FALSE(numbers.join_for(1ms));
    EXPECT_THROW(numbers.task_done(), std::logic_error);
    std::thread working{[numbers]() mutable {
        for (int i = 1; i <= 2; ++i) {
            EXPECT_EQ(numbers.pop(), i);
            numbers.task_done();
        }
    }};
    numbers.join();
    EXPECT_TRUE(numbers.empty());
    working.join();
}

TEST_F(Queue, LeasesOfAThreadReturnWhenItEnds) {
    queue<std::string> texts{{.capacity = 8, .leases = true}};
    for (const auto* text : {"a", "b", "c"}) texts.push(text);
    std::thread{[texts]() mutable {
        EXPECT_EQ(texts.pop(), "a");
        EXPECT_EQ(texts.pop(), "b");
        texts.task_done(); // "a"
    }}.join();

    EXPECT_EQ(texts.size(), 2U);
    EXPECT_THROW(texts.task_done(), std::logic_error);
    for (const auto* text : {"b", "c"}) {
        EXPECT_EQ(texts.pop(), text);
        EXPECT_FALSE(texts.join_for(0s));
        texts.task_done();
    }
    EXPECT_TRUE(texts.join_for(0s));
}

TEST_F(Queue, HandleMayGoWhileItsRecordsAreLeased) {
    queue<int> kept{{.leases = true}};
    std::thread{[] {
        queue<int> gone{{.leases = true}};
        gone.push(1);
        EXPECT_EQ(gone.pop(), 1);
    }}.join();
    EXPECT_EQ(kept.try_pop(), std::nullopt);
}

TEST_F(Queue, RecordOfAnotherTypeIsRefused) {
    carrier by;
    queue<int> numbers;
    numbers.push(1);
    encoder out;
    out.carry_descriptors(&by);
    out.write(numbers);
    decoder in{out.bytes()};
    in.find_descriptors(&by);
    auto wrong = in.read<queue<std::array<int, 2>>>();
    EXPECT_THROW((void)wrong.pop(), queue_damaged);
    EXPECT_EQ(numbers.pop(), 1);
}

TEST_F(Queue, HandlesAreNoRecords) {
    queue<queue<int>> of_queues;
    EXPECT_THROW(of_queues.push(queue<int>{}), codec_error);
    EXPECT_TRUE(of_queues.empty());
}

TEST_F(Queue, TooManyRecordsOrBytesAreAnError) {
    EXPECT_EQ(queue<int>({.capacity = 0}).capacity(), 1U);
    queue<std::string> small{{.capacity = 1, .bytes = 0, .largest = 0}};
    small.push(std::string(4000, 'x'));
    EXPECT_EQ(small.pop().size(), 4000U);
}

} // namespace
} // namespace tandem

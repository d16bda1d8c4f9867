// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "shm/record_queue.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <latch>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace tandem::shm {
namespace {

using enum queue_outcome;

TEST(QueueLayout, IsAsDrawn) {
    EXPECT_EQ(offsetof(queue_header, magic), 0U);
    EXPECT_EQ(offsetof(queue_header, version), 8U);
    constexpr auto geometry = offsetof(queue_header, geometry);
    EXPECT_EQ(geometry, 16U);
    EXPECT_EQ(geometry + offsetof(queue_geometry, capacity), 16U);
    EXPECT_EQ(geometry + offsetof(queue_geometry, slot_count), 24U);
    EXPECT_EQ(geometry + offsetof(queue_geometry, ring_bytes), 32U);
    EXPECT_EQ(geometry + offsetof(queue_geometry, area_bytes), 40U);
    EXPECT_EQ(geometry + offsetof(queue_geometry, leases), 48U);

    constexpr auto push = offsetof(queue_header, push);
    EXPECT_EQ(push + offsetof(push_side, lock), 64U);
    EXPECT_EQ(push + offsetof(push_side, head_seen), 104U);
    EXPECT_EQ(push + offsetof(push_side, backed), 112U);
    EXPECT_EQ(push + offsetof(push_side, poppers_asleep), 120U);
    EXPECT_EQ(push + offsetof(push_side, tail), 128U);
    EXPECT_EQ(push + offsetof(push_side, closed), 136U);
    EXPECT_EQ(push + offsetof(push_side, poppers_word), 140U);

    constexpr auto pop = offsetof(queue_header, pop);
    EXPECT_EQ(pop + offsetof(pop_side, lock), 192U);
    EXPECT_EQ(pop + offsetof(pop_side, tail_seen), 232U);
    EXPECT_EQ(pop + offsetof(pop_side, pushers_asleep), 240U);
    EXPECT_EQ(pop + offsetof(pop_side, joiners_asleep), 244U);
    EXPECT_EQ(pop + offsetof(pop_side, head), 256U);
    EXPECT_EQ(pop + offsetof(pop_side, pushers_word), 264U);
    EXPECT_EQ(pop + offsetof(pop_side, joiners_word), 268U);
    EXPECT_EQ(pop + offsetof(pop_side, next), 320U);
    EXPECT_EQ(pop + offsetof(pop_side, done), 328U);
    EXPECT_EQ(pop + offsetof(pop_side, returned), 336U);
    EXPECT_EQ(pop + offsetof(pop_side, consumers_used), 344U);

    EXPECT_EQ(offsetof(queue_header, consumers), 384U);
    EXPECT_EQ(sizeof(queue_consumer), 64U);
    EXPECT_EQ(sizeof(queue_header), 8064U);
    EXPECT_EQ(sizeof(queue_slot), 16U);
    EXPECT_EQ(offsetof(queue_slot, size), 0U);
    EXPECT_EQ(offsetof(queue_slot, place), 8U);
    EXPECT_EQ(offsetof(queue_slot, holder), 12U);
}

/// Takes every record.
class text_sink final : public record_sink {
public:
    std::byte* room(std::size_t size) override {
        texts.emplace_back(size, '\0');
        return reinterpret_cast<std::byte*>(texts.back().data());
    }

    std::vector<std::string> texts;
};

class RecordQueue : public testing::Test {
protected:
    void make(std::uint64_t capacity, std::uint64_t bytes, bool leases = false,
              std::uint64_t largest = 0) {
        const auto plan = plan_queue(capacity, bytes, largest, leases);
        memory_.assign(queue_total_bytes(plan) / sizeof(line), line{});
        bytes_ = std::as_writable_bytes(std::span{memory_});
        queue = record_queue::create(bytes_, plan);
        ASSERT_EQ(queue.note_backed(plan.area_bytes, unlimited), done);
    }
    [[nodiscard]] queue_outcome push(std::string_view text) const {
        const auto end = text.size();
        return queue
            .push({reinterpret_cast<const std::byte*>(text.data()), 0, {&end, 1}}, unlimited)
            .outcome;
    }
    [[nodiscard]] std::string pop() const {
        text_sink sink;
        return queue.pop(sink, 1, unlimited).outcome == done ? sink.texts.at(0) : "nothing";
    }
    [[nodiscard]] std::string pop_leased(std::uint32_t consumer) const {
        text_sink sink;
        const auto attempt = queue.pop_leased(sink, consumer, unlimited);
        return attempt.outcome == done ? sink.texts.at(0) : "nothing";
    }
    [[nodiscard]] std::size_t size() const { return queue.size(unlimited).count; }
    [[nodiscard]] queue_header& header() const {
        return *reinterpret_cast<queue_header*>(bytes_.data());
    }
    [[nodiscard]] queue_slot& slot(std::size_t number) const {
        return reinterpret_cast<queue_slot*>(bytes_.data() + queue_slots_offset)[number];
    }

    record_queue queue;

private:
    struct alignas(64) line {
        std::array<std::byte, 64> bytes{};
    };
    std::vector<line> memory_;
    std::span<std::byte> bytes_;
};

TEST_F(RecordQueue, KeepsTheOrderOfRecordsOfAllSizes) {
    make(7, 4096);
    std::minstd_rand random{1};
    std::vector<std::string> inside;
    for (int step = 0; step < 20'000; ++step) {
        const std::string text(random() % (step % 3 == 0 ? 1500 : 90),
                               static_cast<char>('a' + step % 26));
        const auto outcome = push(text);
        if (outcome == done) inside.push_back(text);
        ASSERT_TRUE(outcome == done || outcome == full);
        ASSERT_TRUE(outcome == done || !inside.empty());
        if (outcome == full || random() % 2 == 0) {
            ASSERT_EQ(pop(), inside.empty() ? "nothing" : inside.front());
            if (!inside.empty()) inside.erase(inside.begin());
        }
        ASSERT_EQ(size(), inside.size());
    }
}

TEST_F(RecordQueue, HoldsItsCapacityWhereverItBegins) {
    make(5, 4096);
    for (int offset = 0; offset < 20; ++offset) {
        for (int i = 0; i < 5; ++i) ASSERT_EQ(push("record"), done);
        EXPECT_EQ(push("record"), full);
        EXPECT_EQ(size(), 5U);
        for (int i = 0; i < 5; ++i) ASSERT_EQ(pop(), "record");
        ASSERT_EQ(push(std::to_string(offset)), done);
        ASSERT_EQ(pop(), std::to_string(offset));
    }
}

TEST_F(RecordQueue, RecordLargerThanTheRingHasTheQueueForItself) {
    make(8, 4096, false, 100'000);
    const std::string large(100'000, 'x');
    ASSERT_EQ(push("first"), done);
    EXPECT_EQ(push(large), full);
    ASSERT_EQ(pop(), "first");
    ASSERT_EQ(push(large), done);
    EXPECT_EQ(push("behind"), full);
    EXPECT_EQ(pop(), large);
    EXPECT_EQ(push("behind"), done);
    EXPECT_EQ(push(std::string(200'000, 'x')), too_large);
}

TEST_F(RecordQueue, SaysHowMuchMemoryARecordNeeds) {
    const auto plan = plan_queue(4, 1 << 20, 0, false);
    make(4, 1 << 20);
    header().push.backed = 0;
    const std::string text(1000, 'x');
    const auto end = text.size();
    const record_batch batch{reinterpret_cast<const std::byte*>(text.data()), 0, {&end, 1}};
    const auto refused = queue.push(batch, unlimited);
    EXPECT_EQ(refused.outcome, unbacked);
    EXPECT_EQ(refused.seen, 1024U);
    ASSERT_EQ(queue.note_backed(refused.seen, unlimited), done);
    EXPECT_EQ(queue.push(batch, unlimited).outcome, done);
    EXPECT_EQ(plan.ring_bytes, 1U << 20);
}

TEST_F(RecordQueue, ManyGoAtOnce) {
    make(8, 4096);
    const std::string text = "onethreefive";
    const std::array<std::size_t, 4> ends{3, 8, 8, 12};
    const auto pushed =
        queue.push({reinterpret_cast<const std::byte*>(text.data()), 0, ends}, unlimited);
    EXPECT_EQ(pushed.count, 4U);
    text_sink sink;
    EXPECT_EQ(queue.pop(sink, 3, unlimited).count, 3U);
    EXPECT_EQ(sink.texts, (std::vector<std::string>{"one", "three", ""}));
    EXPECT_EQ(pop(), "five");
}

TEST_F(RecordQueue, ClosedOneGivesWhatItHas) {
    make(4, 4096);
    ASSERT_EQ(push("last"), done);
    ASSERT_EQ(queue.close(unlimited), done);
    EXPECT_EQ(push("late"), closed);
    EXPECT_EQ(pop(), "last");
    text_sink sink;
    EXPECT_EQ(queue.pop(sink, 1, unlimited).outcome, closed);
}

TEST_F(RecordQueue, IsJoinedWhenAllIsDone) {
    make(4, 4096);
    EXPECT_EQ(queue.join(unlimited), done);
    ASSERT_EQ(push("a"), done);
    EXPECT_EQ(queue.task_done(unlimited), empty);
    EXPECT_EQ(queue.join(unlimited), full);
    ASSERT_EQ(pop(), "a");
    EXPECT_EQ(queue.join(unlimited), full);
    EXPECT_EQ(queue.task_done(unlimited), done);
    EXPECT_EQ(queue.join(unlimited), done);
}

TEST_F(RecordQueue, LeasesOfAThreadThatEndedReturnToTheFront) {
    make(4, 4096, true);
    for (const auto* text : {"a", "b", "c"}) ASSERT_EQ(push(text), done);
    std::thread{[&] {
        const auto consumer = queue.hold_consumer(unlimited).value();
        EXPECT_EQ(pop_leased(consumer), "a");
        EXPECT_EQ(pop_leased(consumer), "b");
    }}.join();
    EXPECT_EQ(size(), 3U);

    const auto own = queue.hold_consumer(unlimited).value();
    for (const auto* text : {"a", "b", "c"}) {
        EXPECT_EQ(pop_leased(own), text);
        EXPECT_EQ(queue.task_done_leased(own, unlimited), done);
    }
    EXPECT_EQ(queue.task_done_leased(own, unlimited), empty);
    EXPECT_EQ(queue.join(unlimited), done);
    queue.let_go_consumer(own, false);
}

TEST_F(RecordQueue, DoneInAnyOrderFreesTheMemoryInOrder) {
    make(2, 4096, true);
    const auto own = queue.hold_consumer(unlimited).value();
    const auto other = queue.hold_consumer(unlimited).value();
    ASSERT_EQ(push("a"), done);
    ASSERT_EQ(push("b"), done);
    EXPECT_EQ(pop_leased(own), "a");
    EXPECT_EQ(pop_leased(other), "b");
    EXPECT_EQ(size(), 0U);
    EXPECT_EQ(queue.task_done_leased(other, unlimited), done);
    EXPECT_EQ(push("c"), full); // "a" is still in use
    EXPECT_EQ(queue.task_done_leased(own, unlimited), done);
    EXPECT_EQ(push("c"), done);
    queue.let_go_consumer(own, false);
    queue.let_go_consumer(other, false);
}

TEST_F(RecordQueue, ThereAreOnlySoManyConsumers) {
    make(4, 4096, true);
    std::latch held{3};
    std::latch checked{1};
    const auto hold_a_third = [&] {
        std::vector<std::uint32_t> consumers;
        for (std::uint32_t i = 0; i < queue_consumers / 3; ++i)
            consumers.push_back(queue.hold_consumer(unlimited).value());
        held.count_down();
        checked.wait();
        for (const auto consumer : consumers) queue.let_go_consumer(consumer, false);
    };
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back(hold_a_third);
    held.wait();
    EXPECT_FALSE(queue.hold_consumer(unlimited));
    checked.count_down();
}

TEST_F(RecordQueue, GeometryThatDoesNotFitTheMemoryIsNoQueue) {
    make(4, 4096);
    std::vector<std::byte> copy(queue_total_bytes(queue.geometry()));
    std::memcpy(copy.data(), &header(), copy.size());
    EXPECT_TRUE(record_queue::open(copy));
    EXPECT_FALSE(record_queue::open(std::span{copy}.first(copy.size() - 1)));
    EXPECT_FALSE(record_queue::open(std::span{copy}.first(100)));
    for (const auto field : {0U, 8U, 16U, 24U, 32U, 40U}) {
        auto forged = copy;
        forged[field] ^= std::byte{0xff};
        if (field == 16) forged[field + 4] = std::byte{1};
        EXPECT_FALSE(record_queue::open(forged)) << field;
    }
}

TEST_F(RecordQueue, ForgedNumbersAreDamage) {
    make(4, 4096);
    ASSERT_EQ(push("a"), done);
    text_sink sink;
    slot(0).size = 5000;
    EXPECT_EQ(queue.pop(sink, 1, unlimited).outcome, damaged);
    EXPECT_EQ(push("b"), damaged);
    slot(0) = {1, ~std::uint32_t{0}, 0};
    EXPECT_EQ(queue.pop(sink, 1, unlimited).outcome, damaged);
    slot(0) = {1, 0, 0};
    header().push.tail = 100;
    header().pop.tail_seen = 0;
    EXPECT_EQ(queue.pop(sink, 1, unlimited).outcome, damaged);
    EXPECT_EQ(queue.size(unlimited).outcome, damaged);
    header().push.tail = 1;
    header().pop.tail_seen = 0;
    header().pop.head = 2;
    EXPECT_EQ(queue.pop(sink, 1, unlimited).outcome, damaged);
}

} // namespace
} // namespace tandem::shm

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "shm/byte_ring.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <thread>

#include "channel/worker_segment.hpp"
#include "shm/record.hpp"

namespace tandem::shm {
namespace {

class ByteRing : public testing::Test {
protected:
    channel::worker_segment segment = channel::worker_segment::create().value();
    ring_writer writer{segment.header().tasks, segment.task_bytes()};
    ring_reader reader{segment.header().tasks, segment.task_bytes()};

    std::size_t capacity() { return writer.capacity(); }
    void push(std::size_t bytes) {
        writer.commit(bytes);
        writer.publish();
    }
    void pop(std::size_t bytes) {
        ASSERT_GE(reader.readable_now().size(), bytes);
        reader.commit(bytes);
        reader.release();
    }
};

TEST_F(ByteRing, ShowsNothingBeforePublish) {
    writer.commit(8);

    EXPECT_TRUE(reader.readable().empty());
}

TEST_F(ByteRing, IsFullAfterItsCapacityAndHasRoomAgainAfterRelease) {
    push(capacity());
    EXPECT_EQ(writer.room(1), 0U);
    reader.commit(64);
    EXPECT_EQ(writer.room(1), 0U);

    reader.release();

    EXPECT_EQ(writer.room(1), 64U);
}

TEST_F(ByteRing, BytesThatRunOverTheEndAreContiguous) {
    push(capacity() - 4);
    pop(capacity() - 4);
    std::memcpy(writer.next(), "12345678", 8);

    push(8);

    const auto seen = reader.readable();
    ASSERT_EQ(seen.size(), 8U);
    EXPECT_EQ(std::memcmp(seen.data(), "12345678", 8), 0);
}

TEST_F(ByteRing, LooksForMoreOnlyWhenAllIsRead) {
    push(8);
    EXPECT_EQ(reader.readable().size(), 8U);
    push(8);
    EXPECT_EQ(reader.readable().size(), 8U);
    EXPECT_EQ(reader.readable_now().size(), 16U);
    pop(16);
    EXPECT_TRUE(reader.readable().empty());
}

TEST_F(ByteRing, ConsumerThatClaimsToHaveReadTheFutureIsReported) {
    push(8);

    segment.header().tasks.head.store(16);

    EXPECT_EQ(writer.room(capacity()), 0U);
    EXPECT_TRUE(writer.broken());
}

TEST_F(ByteRing, ProducerThatClaimsMoreThanTheCapacityIsReported) {
    segment.header().tasks.tail.store(capacity() + 1);

    EXPECT_TRUE(reader.readable().empty());
    EXPECT_TRUE(reader.broken());
}

TEST_F(ByteRing, RecordsArriveWholeAndInOrderBetweenThreads) {
    constexpr std::uint32_t records = 200'000; // 30 times round the ring
    const std::array<std::byte, 20> body{};
    const auto write = [&](std::uint32_t i) {
        return write_record(writer, {.number = i}, std::span{body}.first(i % 20)) != nullptr;
    };
    std::thread producer{[&] {
        for (std::uint32_t i = 0; i < records; ++i) {
            while (!write(i)) std::this_thread::yield();
            writer.publish();
        }
    }};

    for (std::uint32_t expected = 0; expected < records;) {
        const auto record = first_record(reader.readable());
        if (!record) {
            std::this_thread::yield();
            continue;
        }
        ASSERT_EQ(record->header.number, expected);
        ASSERT_EQ(record->body.size(), expected % 20);
        pop(record_bytes(record->body.size()));
        ++expected;
    }
    producer.join();
}

TEST(Record, LayoutIsAsDocumented) {
    EXPECT_EQ(sizeof(record_header), 16U);
    EXPECT_EQ(offsetof(record_header, body_bytes), 0U);
    EXPECT_EQ(offsetof(record_header, kind), 4U);
    EXPECT_EQ(offsetof(record_header, continues), 6U);
    EXPECT_EQ(offsetof(record_header, claim), 8U);
    EXPECT_EQ(offsetof(record_header, number), 12U);
    EXPECT_EQ(record_bytes(0), 16U);
    EXPECT_EQ(record_bytes(1), 24U);
}

TEST(Record, IsClaimedOrRevokedButNotBoth) {
    alignas(8) std::array<std::byte, sizeof(record_header)> record{};

    EXPECT_TRUE(take_claim(record.data(), claim_state::revoked));
    EXPECT_FALSE(take_claim(record.data(), claim_state::claimed));
}

TEST(Record, HeaderThatPromisesMoreThanThereIsIsRefused) {
    alignas(8) std::array<std::byte, 32> bytes{};
    const record_header header{.body_bytes = 17};
    std::memcpy(bytes.data(), &header, sizeof header);

    EXPECT_FALSE(first_record(bytes).has_value());
}

} // namespace
} // namespace tandem::shm

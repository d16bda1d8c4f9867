// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/worker_segment.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>

#include "channel/pool_end.hpp"
#include "channel/worker_end.hpp"

namespace tandem::channel {
namespace {

TEST(WorkerSegment, LayoutIsAsDocumented) {
    EXPECT_EQ(offsetof(segment_header, magic), 0U);
    EXPECT_EQ(offsetof(segment_header, version), 8U);
    EXPECT_EQ(offsetof(segment_header, ring_capacity), 12U);
    EXPECT_EQ(offsetof(segment_header, tasks), 64U);
    EXPECT_EQ(offsetof(segment_header, results), 192U);
    EXPECT_EQ(offsetof(segment_header, worker_bell), 320U);
    EXPECT_EQ(offsetof(segment_header, low_water_bytes), 384U);
    EXPECT_EQ(offsetof(segment_header, items_begun), 448U);
    EXPECT_EQ(offsetof(segment_header, process_id), 456U);
    EXPECT_EQ(offsetof(segment_header, opening), 460U);
    EXPECT_EQ(offsetof(segment_header, max_resident_bytes), 392U);
    EXPECT_EQ(offsetof(segment_header, output_mark), 400U);
    EXPECT_EQ(offsetof(segment_header, items_done), 464U);
    EXPECT_EQ(offsetof(segment_header, open_block), 472U);
    EXPECT_EQ(offsetof(segment_header, item_begun_at), 480U);
    EXPECT_EQ(offsetof(segment_header, item_begun_cpu), 488U);
    EXPECT_EQ(offsetof(segment_header, is_spent), 496U);
    EXPECT_EQ(offsetof(segment_header, life), 512U);
    EXPECT_EQ(sizeof(segment_header), 576U);
}

TEST(WorkerSegment, MemoryOfAnotherKindIsRefused) {
    auto other = os::create_memory_object("other", os::page_bytes()).value();

    const auto attached = worker_segment::attach(std::move(other));

    ASSERT_FALSE(attached.has_value());
    EXPECT_EQ(attached.error().value(), EPROTO);
}

TEST(WorkerSegment, SegmentOfAnotherVersionIsRefused) {
    auto segment = worker_segment::create().value();
    segment.header().version = segment_version + 1;
    os::unique_fd copy{::dup(segment.fd().get())};

    EXPECT_EQ(worker_segment::attach(std::move(copy)).error().value(), EPROTO);
}

class Channel : public testing::Test {
protected:
    static worker_segment other_end_of(const worker_segment& segment) {
        return worker_segment::attach(os::unique_fd{::dup(segment.fd().get())}).value();
    }

    worker_segment shared = worker_segment::create().value();
    parent_bell bell = parent_bell::create().value();
    worker_end worker{other_end_of(shared),
                      parent_bell::attach(os::unique_fd{::dup(bell.fd().get())}).value()};
    pool_end parent{std::move(shared)};

    task_ticket send(std::uint32_t number, const std::string& body) {
        const auto ticket = parent.next_ticket();
        parent.send(wire::task_kind::chunk, number, std::as_bytes(std::span{body}));
        parent.publish();
        return ticket;
    }
    static std::string text(std::span<const std::byte> body) {
        return {reinterpret_cast<const char*>(body.data()), body.size()};
    }
};

TEST_F(Channel, WhatABlockHoldsThatWasNeverClosedIsThereAfterTheEnd) {
    const auto block = worker.open_block(4 * sizeof(std::uint32_t));
    const std::uint32_t results[] = {7, 8};
    std::memcpy(block.data(), results, sizeof results);
    worker.items_begun_word() = 3; // the third runs
    worker.items_done_word() = 2;

    const auto saved = parent.unpublished_block(0, sizeof(std::uint32_t));

    ASSERT_EQ(saved.size(), sizeof results);
    EXPECT_EQ(std::memcmp(saved.data(), results, sizeof results), 0);
}

TEST_F(Channel, ABlockThatWasClosedIsNotTakenTwice) {
    const auto block = worker.open_block(sizeof(std::uint32_t));
    std::memset(block.data(), 1, block.size());
    worker.items_begun_word() = 1;
    worker.items_done_word() = 1;
    worker.close_block(1, sizeof(std::uint32_t), 0);

    const auto* result = parent.next_result();
    ASSERT_NE(result, nullptr);
    EXPECT_EQ(result->kind, wire::result_kind::block);
    EXPECT_EQ(parent.next_result(), nullptr);

    EXPECT_TRUE(parent.unpublished_block(1, sizeof(std::uint32_t)).empty());
}

TEST_F(Channel, AForgedBlockIsNotReadBeyondTheRing) {
    (void)worker.open_block(sizeof(std::uint32_t));
    worker.items_done_word() = std::uint64_t{1} << 60;

    EXPECT_TRUE(parent.unpublished_block(0, sizeof(std::uint32_t)).empty());
}

TEST_F(Channel, TaskArrivesAsSent) {
    send(7, "abc");

    const auto task = worker.next_task();

    EXPECT_EQ(task.kind, wire::task_kind::chunk);
    EXPECT_EQ(task.number, 7U);
    EXPECT_EQ(text(task.body), "abc");
}

TEST_F(Channel, RevokedTaskIsSkippedByTheWorker) {
    const auto revoked = send(1, "first");
    send(2, "second");

    EXPECT_TRUE(parent.revoke(revoked));

    EXPECT_EQ(worker.next_task().number, 2U);
}

TEST_F(Channel, ClaimedTaskCannotBeRevoked) {
    const auto ticket = send(1, "taken");

    (void)worker.next_task();

    EXPECT_FALSE(parent.revoke(ticket));
}

TEST_F(Channel, TaskLargerThanTheRingArrivesWholeAndLeavesRoomForTheNext) {
    std::string large(3 * ring_bytes + 12345, 'x');
    large.back() = 'y';
    send(1, large);
    std::string received;
    std::thread reader{[&] { received = text(worker.next_task().body); }};

    while (parent.flush() || !parent.can_send()) {
        parent.publish();
        std::this_thread::yield();
    }
    reader.join();

    EXPECT_EQ(received, large);
    send(2, "next");
    EXPECT_EQ(text(worker.next_task().body), "next");
}

TEST_F(Channel, ResultLargerThanTheRingArrivesWhole) {
    const std::string large(5 * ring_bytes + 1, 'z');
    std::thread writer{[&] {
        worker.begin_item();
        worker.send_result(wire::result_kind::value, 9, std::as_bytes(std::span{large}));
    }};

    const received_result* result = nullptr;
    while ((result = parent.next_result()) == nullptr) {
        parent.release_results();
        std::this_thread::yield();
    }
    writer.join();

    EXPECT_EQ(text(result->body), large);
    EXPECT_EQ(result->number, 1U);
    EXPECT_EQ(result->nanoseconds, 9U);
}

TEST_F(Channel, ResultThatIsAPieceWithoutABeginningIsReported) {
    worker.send_result(wire::result_kind::continuation, 0, {});

    EXPECT_EQ(parent.next_result(), nullptr);
    EXPECT_TRUE(parent.broken());
}

} // namespace
} // namespace tandem::channel

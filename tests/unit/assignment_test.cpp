// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/assignment.hpp"

#include <gtest/gtest.h>

namespace tandem::runtime {
namespace {

/// Items 10, 11 and 12, each a task of 24 bytes; the first at byte 100, as task 7.
assignment three_tasks() {
    assignment given;
    given.items = {10, 3};
    given.sent = 1;
    given.tasks = 3;
    given.task_bytes = 24;
    given.ticket = {100, 7};
    return given;
}

TEST(Assignment, ChunkIsCompleteWithItsLastResult) {
    assignment chunk;
    chunk.items = {0, 5};
    chunk.sent = 5;

    EXPECT_EQ(chunk.complete(4), 0U);
    EXPECT_EQ(chunk.items, (item_range{4, 1}));
    EXPECT_EQ(chunk.complete(1), 5U);
    EXPECT_EQ(chunk.tasks, 0U);
}

TEST(Assignment, EachResultCompletesATaskOfOneItem) {
    auto given = three_tasks();

    EXPECT_EQ(given.complete(1), 1U);
    EXPECT_EQ(given.items, (item_range{11, 2}));
    EXPECT_EQ(given.ticket, (channel::task_ticket{124, 8}));
    EXPECT_EQ(given.newest(), (channel::task_ticket{148, 9}));
    EXPECT_EQ(given.complete(1), 1U);
    EXPECT_EQ(given.complete(1), 1U);
    EXPECT_EQ(given.tasks, 0U);
}

TEST(Assignment, NewestTaskIsTheFirstToBeDropped) {
    auto given = three_tasks();

    EXPECT_EQ(given.newest(), (channel::task_ticket{148, 9}));
    EXPECT_EQ(given.drop_newest(), (item_range{12, 1}));
    EXPECT_EQ(given.newest(), (channel::task_ticket{124, 8}));
    EXPECT_EQ(given.count_below(11), 1U);

    assignment chunk;
    chunk.items = {0, 5};
    chunk.sent = 5;
    EXPECT_EQ(chunk.drop_newest(), (item_range{0, 5}));
    EXPECT_EQ(chunk.tasks, 0U);
}

} // namespace
} // namespace tandem::runtime

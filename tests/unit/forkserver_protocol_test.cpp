// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// The messages are as docs/protocol/forkserver.md draws them.

#include "launch/protocol.hpp"

#include <gtest/gtest.h>

#include <cstddef>

namespace tandem::launch {
namespace {

TEST(ForkserverProtocol, RequestIsAsDrawn) {
    EXPECT_EQ(sizeof(request_head), 40U);
    EXPECT_EQ(offsetof(request_head, magic), 0U);
    EXPECT_EQ(offsetof(request_head, version), 4U);
    EXPECT_EQ(offsetof(request_head, kind), 8U);
    EXPECT_EQ(offsetof(request_head, role), 12U);
    EXPECT_EQ(offsetof(request_head, executes), 16U);
    EXPECT_EQ(offsetof(request_head, descriptors), 20U);
    EXPECT_EQ(offsetof(request_head, settings_bytes), 24U);
    EXPECT_EQ(offsetof(request_head, payload_bytes), 32U);
}

TEST(ForkserverProtocol, StageIsAsDrawn) {
    EXPECT_EQ(sizeof(stage_message), 8U);
    EXPECT_EQ(offsetof(stage_message, stage), 4U);
}

TEST(ForkserverProtocol, StatusIsAsDrawn) {
    EXPECT_EQ(sizeof(status_head), 72U);
    EXPECT_EQ(offsetof(status_head, kind), 0U);
    EXPECT_EQ(offsetof(status_head, value), 4U);
    EXPECT_EQ(offsetof(status_head, end), 8U);
    EXPECT_EQ(offsetof(os::child_end, signalled), 0U);
    EXPECT_EQ(offsetof(os::child_end, core_dumped), 1U);
    EXPECT_EQ(offsetof(os::child_end, value), 4U);
    EXPECT_EQ(offsetof(os::child_end, peak_rss_bytes), 8U);
    EXPECT_EQ(offsetof(os::child_end, user_time), 16U);
    EXPECT_EQ(offsetof(os::child_end, system_time), 24U);
    EXPECT_EQ(offsetof(os::child_end, minor_faults), 32U);
    EXPECT_EQ(offsetof(os::child_end, major_faults), 40U);
    EXPECT_EQ(offsetof(os::child_end, voluntary_switches), 48U);
    EXPECT_EQ(offsetof(os::child_end, involuntary_switches), 56U);
}

TEST(ForkserverProtocol, NumbersAreAsDrawn) {
    EXPECT_EQ(protocol_magic, 0x544e444dU);
    EXPECT_EQ(protocol_version, 4U);
    EXPECT_EQ(static_cast<int>(status_kind::started), 0);
    EXPECT_EQ(static_cast<int>(status_kind::failed), 1);
    EXPECT_EQ(static_cast<int>(status_kind::ended), 2);
    EXPECT_EQ(static_cast<int>(descriptor_use::first), 6);
    EXPECT_EQ(static_cast<int>(descriptor_use::handles), 8);
    EXPECT_EQ(static_cast<int>(descriptor_use::program), 10);
}

} // namespace
} // namespace tandem::launch

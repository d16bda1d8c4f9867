// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/detail/shared_region.hpp"

#include <gtest/gtest.h>

#include <tuple>
#include <utility>

#include "os/socket.hpp"
#include "support/carrier.hpp"
#include "support/fd_census.hpp"

namespace tandem::detail {
namespace {

using test::carrier;
using test::cross;

class SharedRegion : public test::fd_census {};

TEST_F(SharedRegion, StartsAsZerosAndIsMappedOnce) {
    carrier by;
    const auto made = shared_region::create("test", 5000, shared_region::pages::reserved);
    ASSERT_EQ(made.bytes().size(), 5000U);
    EXPECT_EQ(made.bytes()[4999], std::byte{0});

    const auto [first, second] = cross(by, std::pair{made, made});
    EXPECT_EQ(first, made);
    EXPECT_EQ(second.bytes().data(), made.bytes().data());
}

TEST_F(SharedRegion, EmptyOneCrossesAlone) {
    EXPECT_FALSE(decode<shared_region>(encode(shared_region{})));
}

TEST_F(SharedRegion, WithoutACarrierItIsRefused) {
    const auto made = shared_region::create("test", 1, shared_region::pages::as_used);
    EXPECT_THROW((void)encode(made), codec_error);

    encoder forged;
    forged.write(std::uint64_t{1});
    EXPECT_THROW((void)decode<shared_region>(forged.bytes()), codec_error);
}

TEST_F(SharedRegion, AnotherKindOfDescriptorIsRefused) {
    carrier by;
    const descriptor socket{std::move(os::create_socket_pair().value().first)};
    encoder out;
    out.carry_descriptors(&by);
    out.write(socket);
    decoder in{out.bytes()};
    in.find_descriptors(&by);
    EXPECT_THROW((void)in.read<shared_region>(), codec_error);
}

TEST_F(SharedRegion, WhatCannotBeHadIsAnError) {
    EXPECT_THROW(
        (void)shared_region::create("test", std::size_t{1} << 62, shared_region::pages::reserved),
        resource_error);
}

} // namespace
} // namespace tandem::detail

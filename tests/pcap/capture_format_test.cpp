// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "capture_format.hpp"

#include <gmock/gmock.h>

#include "capture_error.hpp"
#include "mapped_file.hpp"
#include "packets.hpp"

namespace traffic::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

capture_format format_of(const bytes& content) {
    const temporary_file file{content};
    return read_format(mapped_file{file.path()});
}

std::string refusal_of(const bytes& content) {
    try {
        (void)format_of(content);
    } catch (const capture_error& error) {
        return error.what();
    }
    return "accepted";
}

TEST(CaptureFormat, BothByteOrdersAndBothResolutionsAreRead) {
    for (const bool swapped : {false, true}) {
        for (const bool nanoseconds : {false, true}) {
            const auto format =
                format_of(capture_header({.swapped = swapped, .nanoseconds = nanoseconds}));

            EXPECT_EQ(format.swapped, swapped);
            EXPECT_EQ(format.nanoseconds, nanoseconds);
        }
    }
}

TEST(CaptureFormat, CheckSequenceLengthBesideTheLinkTypeIsNoPartOfIt) {
    EXPECT_EQ(refusal_of(capture_header({.link_type = 0x24000001})), "accepted");
}

TEST(CaptureFormat, OtherLinkTypesAreNamed) {
    EXPECT_THAT(refusal_of(capture_header({.link_type = 113})), HasSubstr("113 (LINUX_SLL)"));
    EXPECT_THAT(refusal_of(capture_header({.link_type = 9999})), HasSubstr("link type 9999;"));
}

TEST(CaptureFormat, OtherContentIsNamed) {
    EXPECT_THAT(refusal_of(hex("0a0d0d0a 1c000000")), HasSubstr("a pcapng file"));
    EXPECT_THAT(refusal_of(hex("1f8b0800 00000000")), HasSubstr("a gzip file"));
    EXPECT_THAT(refusal_of(hex("28b52ffd 00000000")), HasSubstr("a zstd file"));
    EXPECT_THAT(refusal_of(hex("34cdb2a1 00000000")), HasSubstr("Kuznetzov"));
    EXPECT_THAT(refusal_of(hex("68656c6c6f0a")), HasSubstr("is text;"));
    EXPECT_THAT(refusal_of(hex("00112233 44556677")), HasSubstr("magic number 0x00112233"));
}

TEST(CaptureFormat, AShortFileIsNotTakenForAnEmptyCapture) {
    EXPECT_THAT(refusal_of({}), EndsWith("is empty"));
    EXPECT_THAT(refusal_of(first(3, capture_header())), HasSubstr("a fragment of a file"));
    EXPECT_THAT(refusal_of(first(23, capture_header())),
                EndsWith("is cut inside the global header: 23 of 24 bytes"));
}

TEST(CaptureFormat, AnotherVersionIsRefused) {
    auto header = capture_header();
    header[4] = std::byte{3};

    EXPECT_THAT(refusal_of(header), HasSubstr("version 3"));
}

} // namespace
} // namespace traffic::test

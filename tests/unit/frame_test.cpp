// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What a peer may send that is no frame of ours, and the formats of docs/protocol/connection.md.

#include "channel/frame.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "channel/connection_end.hpp"
#include "channel/key_handshake.hpp"
#include "os/event.hpp"
#include "os/stream_socket.hpp"
#include "support/fd_census.hpp"
#include "tandem/connection_error.hpp"
#include "tandem/resource_error.hpp"

namespace tandem::channel {
namespace {

using namespace std::chrono_literals;

std::vector<std::byte> frame_of(const frame_header& header, std::size_t body_bytes) {
    std::vector<std::byte> frame(sizeof header + body_bytes, std::byte{7});
    std::memcpy(frame.data(), &header, sizeof header);
    return frame;
}

/// A connection whose other end is a bare socket.
class HostileFrame : public test::fd_census {
protected:
    void SetUp() override {
        test::fd_census::SetUp();
        auto sockets = os::create_stream_pair().value();
        peer = std::move(sockets.first);
        end.emplace(std::make_unique<unix_stream>(detail::descriptor{std::move(sockets.second)}),
                    connection_end::description{{}, most_bytes, "the test"});
    }
    void TearDown() override {
        end.reset();
        peer.reset();
        test::fd_census::TearDown();
    }

    void say(std::span<const std::byte> bytes, std::span<const int> descriptors = {}) const {
        ASSERT_EQ(os::send_some(peer, {bytes, {}}, descriptors), bytes.size());
    }
    std::optional<detail::incoming_message> receive() {
        return end->receive(connection_end::clock::now() + 20s);
    }

    static constexpr std::uint64_t most_bytes = std::uint64_t{1} << 60;
    os::unique_fd peer;
    std::optional<connection_end> end;
};

TEST(FrameFormat, IsAsDocumented) {
    EXPECT_EQ(sizeof(frame_header), 16U);
    EXPECT_EQ(offsetof(frame_header, magic), 0U);
    EXPECT_EQ(offsetof(frame_header, descriptors), 4U);
    EXPECT_EQ(offsetof(frame_header, bytes), 8U);
    EXPECT_EQ(std::memcmp(&frame_header::right_magic, "TNDF", 4), 0);

    EXPECT_EQ(sizeof(greeting), 40U);
    EXPECT_EQ(offsetof(greeting, magic), 0U);
    EXPECT_EQ(offsetof(greeting, version), 4U);
    EXPECT_EQ(offsetof(greeting, from), 6U);
    EXPECT_EQ(offsetof(greeting, has_key), 7U);
    EXPECT_EQ(offsetof(greeting, nonce), 8U);
    EXPECT_EQ(std::memcmp(&greeting::right_magic, "TNDH", 4), 0);
    EXPECT_EQ(os::most_descriptors_at_once, 253U);
}

TEST(FrameFormat, KeyedDigestIsHmacSha256) {
    // RFC 4231, test case 2.
    const std::string message = "what do ya want for nothing?";
    constexpr std::array<unsigned char, 32> expected{
        0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24,
        0x26, 0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27,
        0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
    const auto made = keyed_digest("Jefe", std::as_bytes(std::span{message}));
    EXPECT_EQ(std::memcmp(made.data(), expected.data(), expected.size()), 0);
}

TEST_F(HostileFrame, ThatComesByteByByteIsReceived) {
    const auto frame = frame_of({.bytes = 5}, 5);
    for (const auto& byte : frame) {
        EXPECT_FALSE(end->receive(connection_end::clock::now()));
        say({&byte, 1});
    }
    EXPECT_EQ(receive()->bytes().size(), 5U);
}

TEST_F(HostileFrame, ThatIsCutAnywhereIsAnEnd) {
    const auto frame = frame_of({.bytes = 3}, 3);
    for (std::size_t bytes = 1; bytes < frame.size(); ++bytes) {
        say(std::span{frame}.first(bytes));
        peer.reset();
        EXPECT_THROW((void)receive(), connection_closed);
        EXPECT_THROW((void)receive(), connection_closed);
        auto sockets = os::create_stream_pair().value();
        peer = std::move(sockets.first);
        end.emplace(std::make_unique<unix_stream>(detail::descriptor{std::move(sockets.second)}),
                    connection_end::description{{}, most_bytes, "the test"});
    }
}

TEST_F(HostileFrame, WithoutTheMagicIsRefusedForGood) {
    say(frame_of({.magic = 0x20544547, .bytes = 3}, 3));
    say(frame_of({.bytes = 3}, 3));
    for (int i = 0; i < 2; ++i) {
        try {
            (void)receive();
            FAIL();
        } catch (const connection_closed&) {
            FAIL() << "it is not closed";
        } catch (const connection_error& error) {
            EXPECT_NE(std::string{error.what()}.find("no message of Tandem's"), std::string::npos);
        }
    }
}

TEST_F(HostileFrame, OfEnormousLengthTakesMemoryForWhatHasCome) {
    say(frame_of({.bytes = most_bytes}, 1000));
    EXPECT_FALSE(end->receive(connection_end::clock::now() + 1ms));
    peer.reset();
    EXPECT_THROW((void)receive(), connection_closed);
}

TEST_F(HostileFrame, OverTheLimitIsRefused) {
    say(frame_of({.bytes = most_bytes + 1}, 1000));
    EXPECT_THROW((void)receive(), message_too_long);
}

TEST_F(HostileFrame, ThatAnnouncesDescriptorsWithoutBringingThemIsRefused) {
    say(frame_of({.descriptors = 2, .bytes = 1}, 1));
    EXPECT_THROW((void)receive(), connection_error);
}

TEST_F(HostileFrame, ThatAnnouncesEnormousNumbersOfDescriptorsIsRefused) {
    say(frame_of({.descriptors = 0xffffffff, .bytes = 1}, 1));
    EXPECT_THROW((void)receive(), connection_error);
}

TEST_F(HostileFrame, ThatBringsDescriptorsUnannouncedIsRefusedAndTheyAreClosed) {
    const auto event = os::event::create().value();
    const std::array sent{event.fd().get(), event.fd().get()};
    say(frame_of({.descriptors = 1, .bytes = 1}, 1), sent);
    EXPECT_THROW((void)receive(), connection_error);
}

TEST_F(HostileFrame, WhoseBodyBringsDescriptorsDoesNotLeaveThemOpen) {
    const auto event = os::event::create().value();
    const std::array sent{event.fd().get()};
    const auto frame = frame_of({.bytes = 3}, 3);
    say(std::span{frame}.first(sizeof(frame_header)));
    say(std::span{frame}.subspan(sizeof(frame_header)), sent);
    const auto before = test::open_descriptors();
    EXPECT_EQ(receive()->bytes().size(), 3U);
    EXPECT_EQ(test::open_descriptors(), before);
}

// ---- the handshake of Unix sockets ----

class KeyHandshake : public test::fd_census {
protected:
    using outcome = handshake::outcome;
    os::socket_pair sockets;

    /// Both ends take turns until neither can go on.
    static std::pair<outcome, outcome> shake(key_handshake& one, key_handshake& other) {
        auto result = std::pair{one.step(), other.step()};
        for (int i = 0; i < 4; ++i) result = {one.step(), other.step()};
        return result;
    }
    void SetUp() override {
        test::fd_census::SetUp();
        sockets = os::create_stream_pair().value();
    }
    void TearDown() override {
        sockets = {};
        test::fd_census::TearDown();
    }
};

TEST_F(KeyHandshake, SucceedsWithTheSameKey) {
    key_handshake listening{std::move(sockets.first), side::listening, "key"};
    key_handshake connecting{std::move(sockets.second), side::connecting, "key"};
    EXPECT_EQ(shake(listening, connecting), std::pair(outcome::done, outcome::done));
}

TEST_F(KeyHandshake, TwoOfOneSideRefuseEachOther) {
    key_handshake one{std::move(sockets.first), side::connecting, "key"};
    key_handshake other{std::move(sockets.second), side::connecting, "key"};
    EXPECT_EQ(shake(one, other), std::pair(outcome::refused, outcome::refused));
}

TEST_F(KeyHandshake, ItsOwnWordsSentBackAreNoProof) {
    key_handshake listening{std::move(sockets.first), side::listening, "key"};
    EXPECT_EQ(listening.step(), outcome::await_read);
    // A mirror that pretends to be the other side.
    greeting said;
    ASSERT_EQ(os::receive_some(sockets.second, std::as_writable_bytes(std::span{&said, 1})),
              sizeof said);
    said.from = static_cast<std::uint8_t>(side::connecting);
    ASSERT_TRUE(os::send_some(sockets.second, {std::as_bytes(std::span{&said, 1}), {}}));
    EXPECT_EQ(listening.step(), outcome::await_read); // for a proof, before it gives its own
    digest proof{};
    EXPECT_FALSE(os::receive_some(sockets.second, proof));
    ASSERT_TRUE(os::send_some(sockets.second, {proof, {}}));
    EXPECT_EQ(listening.step(), outcome::refused);
}

TEST_F(KeyHandshake, GreetingOfAnotherVersionIsRefused) {
    key_handshake listening{std::move(sockets.first), side::listening, "key"};
    EXPECT_EQ(listening.step(), outcome::await_read);
    const greeting said{.version = 2, .from = 1, .has_key = 1};
    ASSERT_TRUE(os::send_some(sockets.second, {std::as_bytes(std::span{&said, 1}), {}}));
    EXPECT_EQ(listening.step(), outcome::refused);
    EXPECT_NE(listening.reason().find("version"), std::string::npos);
}

TEST_F(KeyHandshake, EndInTheMiddleIsRefused) {
    key_handshake listening{std::move(sockets.first), side::listening, "key"};
    EXPECT_EQ(listening.step(), outcome::await_read);
    sockets.second.reset();
    EXPECT_EQ(listening.step(), outcome::refused);
}

} // namespace
} // namespace tandem::channel

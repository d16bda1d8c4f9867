// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "channel/handshake.hpp"

namespace tandem::channel {

/// SHA-256, as HMAC makes it of a key and a message.
using digest = std::array<std::byte, 32>;
[[nodiscard]] digest keyed_digest(std::string_view key, std::span<const std::byte> message);

/// Random bytes that nobody can guess.
void fill_randomly(std::span<std::byte> bytes);

/// What each end of a Unix connection says first. docs/protocol/connection.md
struct greeting {
    static constexpr std::uint32_t right_magic = 0x48444e54; // "TNDH"
    static constexpr std::uint16_t right_version = 1;

    std::uint32_t magic = right_magic;
    std::uint16_t version = right_version;
    std::uint8_t from = 0;    // a side
    std::uint8_t has_key = 0; // 1: a proof is to follow
    std::array<std::byte, 32> nonce{};
};
static_assert(sizeof(greeting) == 40);

/// The handshake of a Unix connection: both ends greet, then, if there is a key, the one that has
/// connected proves that it has it, and then the one that listens does.
///
/// Trust   what comes is compared in constant time, and says nothing about the key. An end proves
///         itself over two nonces, of which one is its own, and over its side: nothing that was
///         heard or said before is a proof.
class key_handshake final : public handshake {
public:
    key_handshake(os::unique_fd socket, side own, std::string_view key);
    ~key_handshake() override;

    [[nodiscard]] outcome step() override;
    [[nodiscard]] std::string reason() const override { return reason_; }
    [[nodiscard]] std::unique_ptr<byte_stream> take_stream() override;
    [[nodiscard]] const os::unique_fd& socket() const noexcept override {
        return stream_->socket();
    }

private:
    enum class stage : std::uint8_t { greet, hear_greeting, prove, hear_proof, welcomed };

    [[nodiscard]] stage after(stage done) const noexcept;
    /// Prepares what is said or heard in this stage.
    void enter(stage next);
    /// Judges what was heard. False: it is not right.
    [[nodiscard]] bool accept_heard();
    [[nodiscard]] bool accept_greeting();
    [[nodiscard]] digest proof_of(side whose) const;
    [[nodiscard]] outcome refuse(const io_progress& progress);

    std::unique_ptr<unix_stream> stream_;
    const side own_;
    std::string key_;
    greeting said_;
    greeting heard_;
    digest proof_{};
    stage stage_ = stage::greet;
    std::span<std::byte> moving_; // what this stage moves
    std::size_t moved_ = 0;
    std::string reason_;
};

} // namespace tandem::channel

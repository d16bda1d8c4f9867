// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/key_handshake.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "tandem/connection_error.hpp"

namespace tandem::channel {

namespace {

using moving = io_progress::outcome;

std::string_view label_of(side whose) noexcept {
    return whose == side::connecting ? "tandem connecting 1" : "tandem listening 1";
}

} // namespace

digest keyed_digest(std::string_view key, std::span<const std::byte> message) {
    digest made{};
    unsigned bytes = 0;
    const auto* const from = reinterpret_cast<const unsigned char*>(message.data());
    const auto* const to =
        HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), from, message.size(),
             reinterpret_cast<unsigned char*>(made.data()), &bytes);
    if (to == nullptr || bytes != made.size())
        throw connection_error{"OpenSSL cannot compute HMAC-SHA256"};
    return made;
}

void fill_randomly(std::span<std::byte> bytes) {
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()),
                   static_cast<int>(bytes.size())) != 1)
        throw connection_error{"OpenSSL has no random numbers"};
}

key_handshake::key_handshake(os::unique_fd socket, side own, std::string_view key)
    : stream_{std::make_unique<unix_stream>(detail::descriptor{std::move(socket)})},
      own_{own},
      key_{key} {
    said_.from = static_cast<std::uint8_t>(own);
    said_.has_key = key.empty() ? 0 : 1;
    fill_randomly(said_.nonce);
    enter(stage::greet);
}

key_handshake::~key_handshake() { OPENSSL_cleanse(key_.data(), key_.size()); }

key_handshake::stage key_handshake::after(stage done) const noexcept {
    const bool proves_first = own_ == side::connecting;
    switch (done) {
        case stage::greet:
            return stage::hear_greeting;
        case stage::hear_greeting:
            if (key_.empty()) return stage::welcomed;
            return proves_first ? stage::prove : stage::hear_proof;
        case stage::prove:
            return proves_first ? stage::hear_proof : stage::welcomed;
        case stage::hear_proof:
            return proves_first ? stage::welcomed : stage::prove;
        case stage::welcomed:
            break;
    }
    return stage::welcomed;
}

void key_handshake::enter(stage next) {
    stage_ = next;
    moved_ = 0;
    if (next == stage::prove) proof_ = proof_of(own_);
    switch (next) {
        case stage::greet:
            moving_ = std::as_writable_bytes(std::span{&said_, 1});
            break;
        case stage::hear_greeting:
            moving_ = std::as_writable_bytes(std::span{&heard_, 1});
            break;
        default:
            moving_ = proof_;
    }
}

handshake::outcome key_handshake::step() {
    if (!reason_.empty()) return outcome::refused;
    while (stage_ != stage::welcomed) {
        const bool says = stage_ == stage::greet || stage_ == stage::prove;
        const auto left = moving_.subspan(moved_);
        const auto progress = says ? stream_->write({left, {}}, {}) : stream_->read(left, nullptr);
        if (progress.what == moving::await_read) return outcome::await_read;
        if (progress.what == moving::await_write) return outcome::await_write;
        if (progress.what != moving::moved) return refuse(progress);
        moved_ += progress.bytes;
        if (moved_ < moving_.size()) continue;
        if (!says && !accept_heard()) return outcome::refused;
        enter(after(stage_));
    }
    return outcome::done;
}

handshake::outcome key_handshake::refuse(const io_progress& progress) {
    if (progress.what == moving::failed)
        reason_ = progress.code.message();
    else if (stage_ == stage::hear_proof && own_ == side::connecting)
        reason_ = "the other end has refused the key";
    else
        reason_ = "the other end has given up";
    return outcome::refused;
}

bool key_handshake::accept_heard() {
    if (stage_ == stage::hear_greeting) return accept_greeting();
    const auto expected = proof_of(own_ == side::connecting ? side::listening : side::connecting);
    if (CRYPTO_memcmp(expected.data(), proof_.data(), proof_.size()) == 0) return true;
    reason_ = "the other end has another key";
    return false;
}

bool key_handshake::accept_greeting() {
    if (heard_.magic != greeting::right_magic || heard_.version != greeting::right_version)
        reason_ = "the other end does not speak as this version of Tandem does";
    else if (heard_.from > 1 || heard_.from == said_.from)
        reason_ = "the other end plays the same part";
    else if (heard_.has_key != said_.has_key)
        reason_ = key_.empty() ? "the other end has a key, this one has none"
                               : "the other end has no key";
    return reason_.empty();
}

digest key_handshake::proof_of(side whose) const {
    const bool listens = own_ == side::listening;
    std::vector<std::byte> message;
    const auto add = [&](std::span<const std::byte> bytes) {
        message.insert(message.end(), bytes.begin(), bytes.end());
    };
    add(std::as_bytes(std::span{label_of(whose)}));
    add(listens ? said_.nonce : heard_.nonce);
    add(listens ? heard_.nonce : said_.nonce);
    return keyed_digest(key_, message);
}

std::unique_ptr<byte_stream> key_handshake::take_stream() { return std::move(stream_); }

} // namespace tandem::channel

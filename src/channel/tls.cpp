// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/tls.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <mutex>
#include <string>
#include <utility>

#include "channel/key_handshake.hpp"
#include "os/stream_socket.hpp"
#include "tandem/connection_error.hpp"

namespace tandem::channel {

namespace {

using moving = io_progress::outcome;

constexpr std::string_view identity = "tandem 1";
constexpr const char* suite = "TLS_AES_128_GCM_SHA256";
constexpr std::array<unsigned char, 2> suite_number{0x13, 0x01};

template <auto Free>
struct freed_by {
    void operator()(auto* object) const noexcept { Free(object); }
};
using owned_context = std::unique_ptr<SSL_CTX, freed_by<&SSL_CTX_free>>;
using owned_session = std::unique_ptr<SSL_SESSION, freed_by<&SSL_SESSION_free>>;
using owned_ssl = std::unique_ptr<SSL, freed_by<&SSL_free>>;

/// What OpenSSL says about the call that has failed.
std::string openssl_words() {
    const auto number = ERR_get_error();
    ERR_clear_error();
    const char* const words = number == 0 ? nullptr : ERR_reason_error_string(number);
    return words == nullptr ? "unknown" : words;
}

void require(bool holds, const char* step) {
    if (!holds)
        throw connection_error{std::string{"preparing TLS: "} + step + ": " + openssl_words()};
}

// ---- OpenSSL's transport over os/stream_socket, since its own raises SIGPIPE ----

struct transport {
    os::unique_fd socket;
    std::error_code code; // of the last call that failed
};

/// What a call of the transport returns for `moved`.
int note(BIO* bio, const os::result<std::size_t>& moved, void (*retry)(BIO*)) noexcept {
    BIO_clear_retry_flags(bio);
    if (moved) return static_cast<int>(*moved);
    if (moved.error() == std::errc::resource_unavailable_try_again)
        retry(bio);
    else
        static_cast<transport*>(BIO_get_data(bio))->code = moved.error();
    return -1;
}

int write_bytes(BIO* bio, const char* bytes, int count) noexcept {
    auto& to = *static_cast<transport*>(BIO_get_data(bio));
    const std::span all{bytes, static_cast<std::size_t>(count)};
    return note(bio, os::send_some(to.socket, {std::as_bytes(all), {}}),
                [](BIO* full) { BIO_set_retry_write(full); });
}

int read_bytes(BIO* bio, char* bytes, int count) noexcept {
    auto& from = *static_cast<transport*>(BIO_get_data(bio));
    const std::span room{bytes, static_cast<std::size_t>(count)};
    return note(bio, os::receive_some(from.socket, std::as_writable_bytes(room)),
                [](BIO* empty) { BIO_set_retry_read(empty); });
}

long control(BIO* /*bio*/, int command, long /*number*/, void* /*more*/) noexcept {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* transport_method() {
    static const BIO_METHOD* const made = [] {
        auto* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tandem");
        require(method != nullptr, "transport");
        BIO_meth_set_write(method, &write_bytes);
        BIO_meth_set_read(method, &read_bytes);
        BIO_meth_set_ctrl(method, &control);
        return method;
    }();
    return made;
}

} // namespace

struct tls_context::content {
    owned_context context;
    digest key{};

    content() = default;
    content(const content&) = delete;
    content& operator=(const content&) = delete;
    ~content() { OPENSSL_cleanse(key.data(), key.size()); }

    /// A session as if the key had been agreed on in it; null if there is no memory.
    [[nodiscard]] owned_session session(SSL* ssl) const {
        const auto* const cipher = SSL_CIPHER_find(ssl, suite_number.data());
        owned_session made{SSL_SESSION_new()};
        const auto* const bytes = reinterpret_cast<const unsigned char*>(key.data());
        if (!made || cipher == nullptr ||
            SSL_SESSION_set1_master_key(made.get(), bytes, key.size()) != 1 ||
            SSL_SESSION_set_cipher(made.get(), cipher) != 1 ||
            SSL_SESSION_set_protocol_version(made.get(), TLS1_3_VERSION) != 1)
            return {};
        return made;
    }
};

namespace {

const tls_context::content& content_of(SSL* ssl) {
    return *static_cast<const tls_context::content*>(SSL_get_app_data(ssl));
}

// NOLINTNEXTLINE(readability-function-size): the parameters are OpenSSL's
int offer_key(SSL* ssl, const EVP_MD* hash, const unsigned char** name, std::size_t* name_bytes,
              SSL_SESSION** session) noexcept {
    *session = nullptr;
    // After a HelloRetryRequest the hash is known; there is only one.
    if (hash != nullptr && EVP_MD_get_type(hash) != NID_sha256) return 0;
    *session = content_of(ssl).session(ssl).release();
    *name = reinterpret_cast<const unsigned char*>(identity.data());
    *name_bytes = identity.size();
    return *session != nullptr ? 1 : 0;
}

int find_key(SSL* ssl, const unsigned char* name, std::size_t name_bytes,
             SSL_SESSION** session) noexcept {
    *session = nullptr;
    if (std::string_view{reinterpret_cast<const char*>(name), name_bytes} != identity) return 1;
    *session = content_of(ssl).session(ssl).release();
    return *session != nullptr ? 1 : 0;
}

/// A TLS connection. One lock for all calls of OpenSSL, which is not held while anybody waits.
class tls_stream final : public byte_stream {
public:
    tls_stream(std::shared_ptr<const tls_context::content> context, os::unique_fd socket, side own)
        : context_{std::move(context)},
          transport_{std::move(socket), {}},
          ssl_{SSL_new(context_->context.get())} {
        require(ssl_ != nullptr, "connection");
        SSL_set_app_data(ssl_.get(), const_cast<tls_context::content*>(context_.get()));
        auto* const bio = BIO_new(transport_method());
        require(bio != nullptr, "transport");
        BIO_set_data(bio, &transport_);
        BIO_set_init(bio, 1);
        SSL_set_bio(ssl_.get(), bio, bio);
        if (own == side::listening) {
            SSL_set_accept_state(ssl_.get());
            return;
        }
        SSL_set_connect_state(ssl_.get());
        // Whoever answers without the key would have to show a certificate that somebody vouches
        // for, and nobody does.
        SSL_set_verify(ssl_.get(), SSL_VERIFY_PEER, nullptr);
    }

    [[nodiscard]] io_progress write(const os::two_pieces& pieces,
                                    std::span<const int> /*descriptors*/) override {
        const std::lock_guard guard{mutex_};
        if (!is_writing_) {
            // OpenSSL takes a record for good, even if it cannot send it.
            if (!os::wait_until(transport_.socket.get(), os::readiness::to_write, {}))
                return {moving::await_write, 0, {}};
            // GCM wears out with the number of records: a new key long before that.
            if (records_ >= records_per_key &&
                SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1)
                records_ = 0;
        }
        const auto bytes = gather(pieces);
        std::size_t written = 0;
        ERR_clear_error();
        const int returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
        is_writing_ = returned != 1;
        if (is_writing_) return judge(returned);
        ++records_;
        return {moving::moved, written, {}};
    }

    [[nodiscard]] io_progress read(std::span<std::byte> room,
                                   os::descriptor_inbox* /*inbox*/) override {
        const std::lock_guard guard{mutex_};
        std::size_t bytes = 0;
        ERR_clear_error();
        const int returned = SSL_read_ex(ssl_.get(), room.data(), room.size(), &bytes);
        return returned == 1 ? io_progress{moving::moved, bytes, {}} : judge(returned);
    }

    [[nodiscard]] io_progress look() override {
        const std::lock_guard guard{mutex_};
        std::byte one{};
        std::size_t bytes = 0;
        ERR_clear_error();
        const int returned = SSL_peek_ex(ssl_.get(), &one, 1, &bytes);
        return returned == 1 ? io_progress{moving::moved, bytes, {}} : judge(returned);
    }

    [[nodiscard]] bool is_writing() override {
        const std::lock_guard guard{mutex_};
        return is_writing_;
    }

    [[nodiscard]] bool has_buffered() override {
        const std::lock_guard guard{mutex_};
        return SSL_pending(ssl_.get()) > 0;
    }

    void finish() noexcept override {
        const std::lock_guard guard{mutex_};
        if (!has_failed_) (void)SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }

    [[nodiscard]] const os::unique_fd& socket() const noexcept override {
        return transport_.socket;
    }
    [[nodiscard]] detail::descriptor handle() const noexcept override { return {}; }

    /// One step of the handshake.
    [[nodiscard]] io_progress shake() {
        const std::lock_guard guard{mutex_};
        ERR_clear_error();
        const int returned = SSL_do_handshake(ssl_.get());
        if (returned != 1) return judge(returned);
        // The key was used, by both ends: there is no other way, but nothing else matters so much.
        if (SSL_session_reused(ssl_.get()) == 1 && SSL_version(ssl_.get()) == TLS1_3_VERSION)
            return {};
        words_ = "the key was not used";
        return {moving::failed, 0, {}};
    }
    /// What OpenSSL said when it failed.
    [[nodiscard]] const std::string& words() const noexcept { return words_; }

private:
    static constexpr std::size_t record_bytes = std::size_t{16} << 10;
    static constexpr std::uint32_t records_per_key = 4096; // 64 MiB of large messages

    /// One record's worth of the pieces: a small message is one record. SSL_write_ex() may ask for
    /// the same bytes once more, so they are kept.
    [[nodiscard]] std::span<const std::byte> gather(const os::two_pieces& pieces) noexcept {
        const auto first = pieces[0].first(std::min(pieces[0].size(), record_bytes));
        if (first.size() == record_bytes || pieces[1].empty()) return first;
        const auto second =
            pieces[1].first(std::min(pieces[1].size(), record_bytes - first.size()));
        std::ranges::copy(first, gathered_.begin());
        std::ranges::copy(second, gathered_.begin() + static_cast<std::ptrdiff_t>(first.size()));
        return std::span{gathered_}.first(first.size() + second.size());
    }

    io_progress judge(int returned) {
        switch (SSL_get_error(ssl_.get(), returned)) {
            case SSL_ERROR_WANT_READ:
                return {moving::await_read, 0, {}};
            case SSL_ERROR_WANT_WRITE:
                return {moving::await_write, 0, {}};
            case SSL_ERROR_ZERO_RETURN:
                return {moving::ended, 0, {}};
            default:
                break;
        }
        has_failed_ = true;
        const auto number = ERR_peek_error();
        const bool cut = ERR_GET_REASON(number) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
        if (number != 0 && !cut) {
            words_ = openssl_words();
            return {moving::failed, 0, std::make_error_code(std::errc::protocol_error)};
        }
        ERR_clear_error();
        if (cut || !transport_.code) return {moving::ended, 0, {}};
        return io_progress::of_error(transport_.code, moving::failed);
    }

    std::shared_ptr<const tls_context::content> context_;
    std::mutex mutex_; // guards all below
    transport transport_;
    owned_ssl ssl_;
    std::array<std::byte, record_bytes> gathered_{};
    std::uint32_t records_ = 0; // written with the present key
    bool is_writing_ = false;   // the same bytes have to come once more
    bool has_failed_ = false;
    std::string words_;
};

class tls_handshake final : public handshake {
public:
    explicit tls_handshake(std::unique_ptr<tls_stream> stream) : stream_{std::move(stream)} {}

    [[nodiscard]] outcome step() override {
        const auto progress = stream_->shake();
        switch (progress.what) {
            case moving::moved:
                return outcome::done;
            case moving::await_read:
                return outcome::await_read;
            case moving::await_write:
                return outcome::await_write;
            case moving::ended:
                reason_ = "the other end has given up; it may have another key";
                break;
            case moving::failed:
                reason_ = stream_->words().empty()
                              ? progress.code.message()
                              : "the other end has another key, or does not speak TLS (" +
                                    stream_->words() + ")";
        }
        return outcome::refused;
    }
    [[nodiscard]] std::string reason() const override { return reason_; }
    [[nodiscard]] std::unique_ptr<byte_stream> take_stream() override { return std::move(stream_); }
    [[nodiscard]] const os::unique_fd& socket() const noexcept override {
        return stream_->socket();
    }

private:
    std::unique_ptr<tls_stream> stream_;
    std::string reason_;
};

} // namespace

tls_context::tls_context(std::string_view key) {
    auto made = std::make_shared<content>();
    // The key may have any length, TLS wants one of 32 bytes.
    constexpr std::string_view label = "tandem tls 1";
    made->key = keyed_digest(key, std::as_bytes(std::span{label}));
    made->context.reset(SSL_CTX_new(TLS_method()));
    auto* const context = made->context.get();
    require(context != nullptr, "context");
    require(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1, "version");
    require(SSL_CTX_set_ciphersuites(context, suite) == 1, "cipher");
    require(SSL_CTX_set_num_tickets(context, 0) == 1, "tickets");
    (void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    (void)SSL_CTX_set_mode(context,
                           SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_psk_use_session_callback(context, &offer_key);
    SSL_CTX_set_psk_find_session_callback(context, &find_key);
    content_ = std::move(made);
}

std::unique_ptr<handshake> tls_context::begin(os::unique_fd socket, side own) const {
    return std::make_unique<tls_handshake>(
        std::make_unique<tls_stream>(content_, std::move(socket), own));
}

} // namespace tandem::channel

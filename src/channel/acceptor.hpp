// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "channel/endpoint.hpp"
#include "channel/handshake.hpp"
#include "channel/tls.hpp"
#include "os/event.hpp"
#include "os/poll_set.hpp"
#include "os/unix_socket.hpp"

namespace tandem::channel {

/// Listens at an address and lets in who knows the key. Handshakes go on side by side, a limited
/// number of them, and the one that has taken longest makes room for a new one: whoever says
/// nothing keeps nobody out.
///
/// Sharing   any number of threads; those that accept take turns.
/// Errors    as tandem::listener says, which is what throws them.
class acceptor {
public:
    using clock = std::chrono::steady_clock;
    using deadline = std::optional<clock::time_point>; // nullopt: for ever

    struct settings {
        std::string key;
        int backlog = 0;
        std::chrono::nanoseconds handshake_limit{};
        std::size_t most_handshakes = 0;
        bool any_user = false;
        bool report_refused = true;
    };
    struct accepted {
        std::unique_ptr<byte_stream> stream;
        std::string peer;
    };

    acceptor(endpoint where, settings how);
    acceptor(const acceptor&) = delete;
    acceptor& operator=(const acceptor&) = delete;
    ~acceptor();

    /// nullopt if nobody was let in in time.
    [[nodiscard]] std::optional<accepted> accept(const deadline& until);
    void close() noexcept;
    [[nodiscard]] bool is_closed() const;

    [[nodiscard]] const std::string& address() const noexcept { return address_; }
    /// Readable when accept() has something to do.
    [[nodiscard]] int descriptor() const;
    /// True if accept() has something to tell that descriptor() does not show.
    [[nodiscard]] bool has_news();

private:
    struct candidate {
        std::uint64_t name = 0; // in the poll set
        std::unique_ptr<handshake> doing;
        std::string peer;
        clock::time_point until;
    };
    struct sockets {
        os::poll_set watched;
        os::event ended; // set by close()
        os::unix_listener local{};
        os::unique_fd tcp{};

        [[nodiscard]] const os::unique_fd& listening() const noexcept {
            return tcp ? tcp : local.fd();
        }
    };

    [[nodiscard]] static std::shared_ptr<sockets> open(const endpoint& where, const settings& how);
    [[nodiscard]] std::shared_ptr<sockets> use() const;
    void take_new(const sockets& from);
    void begin(const sockets& from, os::unique_fd socket);
    [[nodiscard]] std::unique_ptr<handshake> handshake_with(os::unique_fd socket);
    void go_on(const sockets& from, std::uint64_t name);
    void end_late(const sockets& from);
    void drop(const sockets& from, std::list<candidate>::iterator who);
    void forget_all() noexcept;
    void refuse(const std::string& peer, const std::string& why);
    [[nodiscard]] std::optional<accepted> next();
    [[nodiscard]] std::chrono::milliseconds time_left(const deadline& until) const;

    const settings settings_;
    const endpoint::family kind_;
    std::optional<tls_context> tls_; // for TCP
    std::string address_;
    mutable std::mutex sockets_mutex_; // guards sockets_
    std::shared_ptr<sockets> sockets_; // null: closed
    std::timed_mutex turn_;            // guards all below
    std::list<candidate> candidates_;  // oldest first
    std::uint64_t last_name_ = 0;
    std::deque<accepted> accepted_;
    std::deque<std::string> refused_;
};

} // namespace tandem::channel

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "channel/acceptor.hpp"

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>
#include <vector>

#include "channel/key_handshake.hpp"
#include "os/socket.hpp"
#include "os/stream_socket.hpp"
#include "os/tcp_socket.hpp"
#include "tandem/connection_error.hpp"
#include "tandem/resource_error.hpp"

namespace tandem::channel {

namespace {

constexpr std::uint64_t name_of_listening = 0;
constexpr std::uint64_t name_of_ended = 1;
constexpr std::uint64_t first_name = 2;

[[noreturn]] void fail_to_listen(const endpoint& where, std::error_code code) {
    const auto what = "listening at " + where.words();
    if (code == std::errc::address_in_use) throw address_in_use{what, code};
    throw connection_error{what, code};
}

bool is_shortage(std::error_code code) noexcept {
    return code == std::errc::too_many_files_open ||
           code == std::errc::too_many_files_open_in_system || code == std::errc::no_buffer_space ||
           code == std::errc::not_enough_memory;
}

std::string in_words(std::chrono::nanoseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count()) +
           " ms";
}

template <class T>
T needed(os::result<T> made, const endpoint& where) {
    if (!made) fail_to_listen(where, made.error());
    return std::move(*made);
}

} // namespace

acceptor::acceptor(endpoint where, settings how)
    : settings_{std::move(how)}, kind_{where.kind}, last_name_{first_name} {
    require_key(where, settings_.key);
    if (kind_ == endpoint::family::tcp) tls_.emplace(settings_.key);
    sockets_ = open(where, settings_);
    if (kind_ == endpoint::family::tcp)
        where.tcp = needed(os::own_name(sockets_->tcp), where); // the port may be chosen just now
    address_ = where.words();
}

acceptor::~acceptor() { close(); }

std::shared_ptr<acceptor::sockets> acceptor::open(const endpoint& where, const settings& how) {
    sockets made{needed(os::poll_set::create(), where), needed(os::event::create(), where)};
    if (where.kind == endpoint::family::tcp)
        made.tcp = needed(os::listen_tcp(where.tcp, how.backlog), where);
    else
        made.local = needed(os::listen_unix(where.path, how.backlog, how.any_user), where);
    for (const auto& [socket, name] : {std::pair{&made.listening(), name_of_listening},
                                       std::pair{&made.ended.fd(), name_of_ended}})
        if (const auto added = made.watched.add(*socket, name); !added)
            fail_to_listen(where, added.error());
    return std::make_shared<sockets>(std::move(made));
}

void acceptor::close() noexcept {
    std::shared_ptr<sockets> ended;
    {
        const std::lock_guard guard{sockets_mutex_};
        ended = std::exchange(sockets_, nullptr);
    }
    if (!ended) return;
    // Another thread may be in accept(), which keeps the sockets until it has seen this. A fork of
    // this process shares the event, and has no such thread.
    if (ended.use_count() > 1) ended->ended.raise();
    const std::unique_lock turn{turn_, std::try_to_lock};
    if (turn) forget_all();
}

void acceptor::forget_all() noexcept {
    candidates_.clear();
    accepted_.clear();
    refused_.clear();
}

bool acceptor::is_closed() const {
    const std::lock_guard guard{sockets_mutex_};
    return sockets_ == nullptr;
}

std::shared_ptr<acceptor::sockets> acceptor::use() const {
    const std::lock_guard guard{sockets_mutex_};
    if (!sockets_) throw connection_closed{"accepting at " + address_ + ": the listener is closed"};
    return sockets_;
}

int acceptor::descriptor() const { return use()->watched.fd().get(); }

bool acceptor::has_news() {
    const std::unique_lock turn{turn_, std::try_to_lock};
    return turn && (!accepted_.empty() || !refused_.empty());
}

// ---- accepting ----

std::optional<acceptor::accepted> acceptor::accept(const deadline& until) {
    const auto turn = until ? std::unique_lock{turn_, *until} : std::unique_lock{turn_};
    if (!turn) return std::nullopt;
    const auto from = use();
    for (bool is_last_look = false;;) {
        if (auto found = next()) return found;
        if (is_last_look) return std::nullopt;
        is_last_look = until && clock::now() >= *until;
        for (const auto name : from->watched.wait(time_left(until))) {
            if (name == name_of_listening)
                take_new(*from);
            else if (name != name_of_ended)
                go_on(*from, name);
        }
        if (is_closed()) {
            forget_all();
            (void)use(); // throws
        }
        end_late(*from);
    }
}

std::optional<acceptor::accepted> acceptor::next() {
    if (!accepted_.empty()) {
        auto found = std::move(accepted_.front());
        accepted_.pop_front();
        return found;
    }
    if (!refused_.empty()) {
        const auto why = std::move(refused_.front());
        refused_.pop_front();
        throw authentication_error{why};
    }
    return std::nullopt;
}

std::chrono::milliseconds acceptor::time_left(const deadline& until) const {
    auto next = clock::now() + std::chrono::hours{1};
    if (until) next = std::min(next, *until);
    for (const auto& each : candidates_) next = std::min(next, each.until);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - clock::now());
    return std::max(left, left.zero());
}

void acceptor::take_new(const sockets& from) {
    // Not for ever, if they come as fast as this takes them.
    for (std::size_t taken = 0; taken < settings_.most_handshakes; ++taken) {
        auto socket = os::accept_stream(from.listening());
        if (socket) {
            begin(from, std::move(*socket));
        } else if (is_shortage(socket.error())) {
            throw resource_error{"accepting at " + address_, socket.error()};
        } else if (socket.error() != std::errc::connection_aborted) {
            return; // nobody is there any more
        }
    }
}

void acceptor::begin(const sockets& from, os::unique_fd socket) {
    std::string peer = "somebody";
    if (kind_ == endpoint::family::tcp) {
        const auto name = os::peer_name(socket);
        if (name) peer = endpoint{.kind = kind_, .tcp = *name}.words();
        os::make_prompt(socket);
    } else {
        const auto user = os::peer_user(socket);
        if (user) peer = "unix:user=" + std::to_string(*user);
        constexpr std::uint32_t root = 0;
        if (!settings_.any_user && (!user || (*user != root && *user != os::own_user())))
            return refuse(peer, "another user's processes are let in with any_user only");
    }
    if (candidates_.size() >= settings_.most_handshakes) {
        refuse(candidates_.front().peer, "it had not proved itself when others came");
        drop(from, candidates_.begin());
    }
    const auto name = ++last_name_;
    candidates_.push_back(
        {name, handshake_with(std::move(socket)), peer, clock::now() + settings_.handshake_limit});
    const auto added = from.watched.add(candidates_.back().doing->socket(), name);
    if (!added) {
        candidates_.pop_back();
        throw resource_error{"accepting at " + address_, added.error()};
    }
    go_on(from, name);
}

std::unique_ptr<handshake> acceptor::handshake_with(os::unique_fd socket) {
    if (tls_) return tls_->begin(std::move(socket), side::listening);
    return std::make_unique<key_handshake>(std::move(socket), side::listening, settings_.key);
}

void acceptor::go_on(const sockets& from, std::uint64_t name) {
    const auto found = std::ranges::find(candidates_, name, &candidate::name);
    if (found == candidates_.end()) return; // it made room for another one just now
    switch (found->doing->step()) {
        case handshake::outcome::await_read:
            return;
        case handshake::outcome::done:
            from.watched.remove(found->doing->socket());
            accepted_.push_back({found->doing->take_stream(), found->peer});
            candidates_.erase(found);
            return;
        case handshake::outcome::await_write: // of some hundred bytes: it does not read at all
            refuse(found->peer, "it does not read");
            break;
        case handshake::outcome::refused:
            refuse(found->peer, found->doing->reason());
    }
    drop(from, found);
}

void acceptor::end_late(const sockets& from) {
    const auto now = clock::now();
    while (!candidates_.empty() && candidates_.front().until <= now) {
        refuse(candidates_.front().peer,
               "it has not proved itself within " + in_words(settings_.handshake_limit));
        drop(from, candidates_.begin());
    }
}

void acceptor::drop(const sockets& from, std::list<candidate>::iterator who) {
    from.watched.remove(who->doing->socket()); // a fork may have a copy of it
    candidates_.erase(who);
}

void acceptor::refuse(const std::string& peer, const std::string& why) {
    constexpr std::size_t most_refused = 64; // more of the same are no news
    if (!settings_.report_refused || refused_.size() >= most_refused) return;
    refused_.push_back("accepting at " + address_ + ": " + peer + " is not let in: " + why);
}

} // namespace tandem::channel

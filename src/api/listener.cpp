// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/listener.hpp"

#include <array>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "api/connection_maker.hpp"
#include "channel/acceptor.hpp"
#include "channel/key_handshake.hpp"

namespace tandem {

namespace {

/// A name that nobody else has, and nobody can guess.
channel::endpoint fresh_endpoint() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::byte, 16> random{};
    channel::fill_randomly(random);
    std::string name = "@tandem-";
    for (const auto byte : random) {
        name += digits[std::to_integer<std::size_t>(byte >> 4)];
        name += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
    }
    return {.path = std::move(name)};
}

channel::acceptor::settings settings_of(const listener_options& options) {
    if (options.most_handshakes == 0 || options.backlog < 0)
        throw std::invalid_argument{
            "listener_options: most_handshakes is at least 1, and backlog not negative"};
    return {options.authkey,         options.backlog,  options.authentication_limit,
            options.most_handshakes, options.any_user, options.report_refused};
}

} // namespace

struct listener::content {
    content(const std::string& address, const listener_options& options)
        : acceptor{address.empty() ? fresh_endpoint() : channel::endpoint::parse(address),
                   settings_of(options)},
          most_bytes{options.most_bytes} {}

    channel::acceptor acceptor;
    const std::uint64_t most_bytes;
    std::mutex mutex; // guards last_accepted
    std::string last_accepted;
};

listener::listener(const std::string& address, const listener_options& options)
    : content_{std::make_unique<content>(address, options)} {}

listener::listener(listener&& other) noexcept = default;
listener& listener::operator=(listener&& other) noexcept = default;
listener::~listener() = default;

listener::content& listener::ref() const {
    if (!content_) throw std::logic_error{"this mp::listener object has no listener: it was moved"};
    return *content_;
}

connection listener::accept() { return *accept_for(std::chrono::nanoseconds::max()); }

std::optional<connection> listener::accept_for(std::chrono::nanoseconds limit) {
    auto& here = ref();
    auto accepted = here.acceptor.accept(detail::deadline_after(limit));
    if (!accepted) return std::nullopt;
    {
        const std::lock_guard guard{here.mutex};
        here.last_accepted = accepted->peer;
    }
    return detail::connection_maker::make(std::move(accepted->stream),
                                          {{}, here.most_bytes, std::move(accepted->peer)});
}

const std::string& listener::address() const { return ref().acceptor.address(); }

std::string listener::last_accepted() const {
    auto& here = ref();
    const std::lock_guard guard{here.mutex};
    return here.last_accepted;
}

void listener::close() noexcept {
    if (content_) content_->acceptor.close();
}

bool listener::closed() const noexcept { return !content_ || content_->acceptor.is_closed(); }

int listener::sentinel() const { return ref().acceptor.descriptor(); }

bool listener::ready() const { return ref().acceptor.has_news(); }

} // namespace tandem

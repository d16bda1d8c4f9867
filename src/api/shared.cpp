// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/shared.hpp"

#include <cstring>
#include <map>
#include <mutex>
#include <random>
#include <utility>

#include "tandem/codec_error.hpp"

namespace tandem::detail {

namespace {

using value_token = decltype(shared_name::token);

/// The shared values that this process knows: its own, and those that tasks here have decoded.
struct known_values {
    std::mutex mutex; // guards: all below
    std::map<value_token, std::weak_ptr<shared_home>> homes;
    std::map<std::uint64_t, std::pair<value_token, std::shared_ptr<const void>>> decoded; // by id
};

known_values& known() {
    static auto& only = *new known_values; // handles that are static objects may outlive it
    return only;
}

value_token make_token() {
    std::random_device source;
    const auto draw = [&] { return std::uint64_t{source()} << 32 | source(); };
    return {draw(), draw()};
}

std::vector<std::byte> with_token(std::vector<std::byte> encoded, const value_token& token) {
    std::memcpy(encoded.data(), token.data(), sizeof token);
    return encoded;
}

} // namespace

shared_home::shared_home(engine engine, std::vector<std::byte> encoded)
    : engine_{std::move(engine)}, name_{make_token(), 0} {
    name_.id = engine_.share(with_token(std::move(encoded), name_.token));
}

shared_home::~shared_home() {
    {
        const std::lock_guard guard{known().mutex};
        known().homes.erase(name_.token);
    }
    engine_.unshare(name_.id);
}

void shared_home::publish(const std::shared_ptr<shared_home>& self) {
    const std::lock_guard guard{known().mutex};
    known().homes.emplace(name_.token, self);
}

std::shared_ptr<shared_home> shared_home_of(const shared_name& name) {
    const std::lock_guard guard{known().mutex};
    const auto found = known().homes.find(name.token);
    return found == known().homes.end() ? nullptr : found->second.lock();
}

std::shared_ptr<const void> decoded_shared(const shared_name& name) {
    const std::lock_guard guard{known().mutex};
    const auto found = known().decoded.find(name.id);
    const bool is_it = found != known().decoded.end() && found->second.first == name.token;
    return is_it ? found->second.second : nullptr;
}

void keep_decoded_shared(const shared_name& name, std::shared_ptr<const void> value) {
    const std::lock_guard guard{known().mutex};
    known().decoded.insert_or_assign(name.id, std::pair{name.token, std::move(value)});
}

void drop_decoded_shared(std::uint64_t id) noexcept {
    std::shared_ptr<const void> dropped; // destroyed without the lock: declared first
    const std::lock_guard guard{known().mutex};
    const auto found = known().decoded.find(id);
    if (found == known().decoded.end()) return;
    dropped = std::move(found->second.second);
    known().decoded.erase(found);
}

std::span<const std::byte> encoded_shared(const shared_name& name) {
    const auto* bytes = shared_bytes(name.id);
    value_token there{};
    if (bytes != nullptr && bytes->size() >= sizeof there)
        std::memcpy(there.data(), bytes->data(), sizeof there);
    if (there != name.token)
        throw codec_error{
            "reading a shared value: this process does not have it; it goes to the workers of the "
            "pool that it was shared with, for as long as the program has a handle"};
    return std::span{*bytes}.subspan(sizeof there);
}

} // namespace tandem::detail

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/connection.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "api/connection_maker.hpp"
#include "channel/byte_stream.hpp"
#include "channel/connection_end.hpp"
#include "os/stream_socket.hpp"

namespace tandem {

namespace {

std::vector<std::byte> bytes_of(const detail::incoming_message& message) {
    return {message.bytes().begin(), message.bytes().end()};
}

} // namespace

channel::connection_end& connection::end() const {
    if (!end_) throw std::logic_error{"this mp::connection object has no connection"};
    return *end_;
}

std::string_view connection::refusal_of_handles() const { return end().refusal_of_handles(); }

bool connection::send_message(std::span<const std::byte> bytes,
                              std::span<const detail::descriptor> descriptors,
                              std::chrono::nanoseconds limit) {
    return end().send(bytes, descriptors, detail::deadline_after(limit));
}

std::optional<detail::incoming_message> connection::receive_message(
    std::chrono::nanoseconds limit) {
    return end().receive(detail::deadline_after(limit));
}

std::vector<std::byte> connection::receive_bytes() { return bytes_of(*receive_message(for_ever)); }

std::optional<std::vector<std::byte>> connection::receive_bytes_for(
    std::chrono::nanoseconds limit) {
    const auto message = receive_message(limit);
    if (!message) return std::nullopt;
    return bytes_of(*message);
}

std::size_t connection::receive_bytes_into(std::span<std::byte> room) {
    const auto message = receive_message(for_ever);
    const auto bytes = message->bytes();
    if (bytes.size() > room.size())
        throw buffer_too_short{"receiving from " + end().about().name + ": the message has " +
                                   std::to_string(bytes.size()) + " bytes, there is room for " +
                                   std::to_string(room.size()),
                               bytes_of(*message)};
    std::ranges::copy(bytes, room.begin());
    return bytes.size();
}

bool connection::poll(std::chrono::nanoseconds limit) {
    return end().poll(detail::deadline_after(limit));
}

void connection::close() noexcept {
    if (end_) end_->close();
}

bool connection::closed() const noexcept { return !end_ || end_->is_closed(); }

bool connection::readable() const { return end().about().ways.to_read; }

bool connection::writable() const { return end().about().ways.to_write; }

int connection::sentinel() const { return end().descriptor(); }

bool connection::ready() const { return end().has_buffered(); }

connection::parts connection::take_apart() const {
    if (!end_) return {};
    const auto& about = end_->about();
    return {end_->handle(), about.ways.to_read, about.ways.to_write, about.most_bytes};
}

connection connection::put_together(const parts& from) {
    if (!from.socket) return {};
    if (!os::is_stream_socket(from.socket.fd().get()))
        throw codec_error{
            "decoding tandem::connection: the descriptor that came along is no stream socket"};
    return detail::connection_maker::make(
        std::make_unique<channel::unix_stream>(from.socket),
        {{from.to_read, from.to_write}, from.most_bytes, "the other end"});
}

} // namespace tandem

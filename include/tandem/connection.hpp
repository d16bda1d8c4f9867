// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "tandem/connection_error.hpp"
#include "tandem/detail/descriptor.hpp"
#include "tandem/detail/export.hpp"
#include "tandem/detail/message.hpp"

namespace tandem {

namespace channel {
class connection_end;
}

namespace detail {
struct connection_maker;
}

/// One end of a connection between two processes, through which they send each other values, bytes
/// and handles: see pipe(), listener and client(). What one end sends as a T the other one receives
/// as a T; pipe_end<T> sees to that.
///
/// Sharing   copies share one end; the last one closes it. In a message or as an argument it goes
///           to another process, which then has this end, too; only one of them should use it at a
///           time. Any number of threads: those that send take turns, and so do those that
///           receive; sending and receiving go on at the same time.
/// Blocking  send() waits while the other end does not read and the socket is full, receive() for a
///           whole message; both for ever, unless a limit is given.
/// Crash     of the other process, by SIGKILL even: what it had sent can be received, then comes
///           connection_closed, also if it died in the middle of a message. There is no SIGPIPE.
///           Over TCP, what was on its way may be lost if that process had not received all that
///           it was sent.
/// Errors    connection_closed; connection_error if the other end sends what is no message;
///           message_too_long; codec_error if a message is no T, or if handles cannot go this way
///           (TCP); resource_error if a message brings handles and no more files can be opened:
///           that message is lost. After codec_error and resource_error it can be used as before.
///           std::logic_error for an object without a connection and the wrong way of a pipe.
/// Trust     memory is taken as bytes arrive, not as they are announced; `most_bytes` limits it.
/// Cost      one descriptor; a message takes one system call to send, two to receive.
/// Source    Python's multiprocessing.connection.Connection.
class TANDEM_EXPORT connection {
public:
    /// No connection.
    connection() noexcept = default;

    template <class T>
    void send(const T& value) {
        (void)send_for(value, for_ever);
    }
    /// False if the other end has not made room within `limit`: nothing was sent. If the time is
    /// over in the middle of a message, which takes one of more than some KiB, it is cut:
    /// connection_error is thrown, and nothing more can be sent.
    template <class T>
    [[nodiscard]] bool send_for(const T& value, std::chrono::nanoseconds limit) {
        detail::outgoing_message message{refusal_of_handles()};
        message.write(value);
        return send_message(message.bytes(), message.descriptors(), limit);
    }

    template <class T>
    [[nodiscard]] T receive() {
        return receive_message(for_ever)->template read<T>();
    }
    /// nullopt if no message is complete within `limit`; nothing is lost then.
    template <class T>
    [[nodiscard]] std::optional<T> receive_for(std::chrono::nanoseconds limit) {
        auto message = receive_message(limit);
        if (!message) return std::nullopt;
        return message->template read<T>();
    }

    /// The bytes as they are, as one message.
    void send_bytes(std::span<const std::byte> bytes) { (void)send_message(bytes, {}, for_ever); }
    [[nodiscard]] std::vector<std::byte> receive_bytes();
    [[nodiscard]] std::optional<std::vector<std::byte>> receive_bytes_for(
        std::chrono::nanoseconds limit);
    /// Returns the length of the message.
    /// \throws buffer_too_short, with the message in it, if it does not fit.
    std::size_t receive_bytes_into(std::span<std::byte> room);

    /// Waits until there is something to receive, a part of a message or the end; false if time is
    /// up. Takes nothing.
    [[nodiscard]] bool poll(std::chrono::nanoseconds limit = {});

    /// Of this end, for all copies in this process. A thread that is in a call gets
    /// connection_closed; then other processes that have this end lose it, too.
    void close() noexcept;
    /// True also if there is none.
    [[nodiscard]] bool closed() const noexcept;
    [[nodiscard]] bool readable() const;
    [[nodiscard]] bool writable() const;

    /// For mp::wait(): is readable when there is something to receive.
    /// \throws connection_closed if this end is closed.
    [[nodiscard]] int sentinel() const;
    /// True if there is something to receive that the sentinel does not show.
    [[nodiscard]] bool ready() const;

    [[nodiscard]] explicit operator bool() const noexcept { return end_ != nullptr; }
    /// The same end.
    friend bool operator==(const connection&, const connection&) = default;

private:
    friend access;
    friend detail::connection_maker;

    static constexpr auto for_ever = std::chrono::nanoseconds::max();

    explicit connection(std::shared_ptr<channel::connection_end> end) noexcept
        : end_{std::move(end)} {}

    [[nodiscard]] channel::connection_end& end() const;
    [[nodiscard]] std::string_view refusal_of_handles() const;
    bool send_message(std::span<const std::byte> bytes,
                      std::span<const detail::descriptor> descriptors,
                      std::chrono::nanoseconds limit);
    [[nodiscard]] std::optional<detail::incoming_message> receive_message(
        std::chrono::nanoseconds limit);

    /// What another process makes the same end of.
    struct parts {
        detail::descriptor socket;
        bool to_read = false;
        bool to_write = false;
        std::uint64_t most_bytes = 0;
    };
    [[nodiscard]] parts take_apart() const;
    [[nodiscard]] static connection put_together(const parts& from);

    template <class Archive>
    void serialize(Archive& archive) {
        const auto all = take_apart();
        archive(all.socket, all.to_read, all.to_write, all.most_bytes);
    }
    template <class Archive>
    static connection deserialize(Archive& archive) {
        parts all;
        archive(all.socket, all.to_read, all.to_write, all.most_bytes);
        return put_together(all);
    }

    std::shared_ptr<channel::connection_end> end_;
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "tandem/connection.hpp"
#include "tandem/detail/export.hpp"

namespace tandem {

struct pipe_options {
    /// False: the first end receives, the second one sends.
    bool duplex = true;
    /// No message may be longer; see message_too_long.
    std::uint64_t most_bytes = std::numeric_limits<std::uint64_t>::max();
};

/// One end of a pipe<T>(): a connection that sends and receives Ts. All else as connection says.
template <class T>
class pipe_end {
public:
    /// No connection.
    pipe_end() noexcept = default;
    /// For a connection of which both ends agree to send Ts.
    explicit pipe_end(connection untyped) noexcept : connection_{std::move(untyped)} {}

    void send(const T& value) { connection_.send(value); }
    [[nodiscard]] bool send_for(const T& value, std::chrono::nanoseconds limit) {
        return connection_.send_for(value, limit);
    }
    [[nodiscard]] T receive() { return connection_.receive<T>(); }
    [[nodiscard]] std::optional<T> receive_for(std::chrono::nanoseconds limit) {
        return connection_.receive_for<T>(limit);
    }

    [[nodiscard]] bool poll(std::chrono::nanoseconds limit = {}) { return connection_.poll(limit); }
    void close() noexcept { connection_.close(); }
    [[nodiscard]] bool closed() const noexcept { return connection_.closed(); }
    [[nodiscard]] bool readable() const { return connection_.readable(); }
    [[nodiscard]] bool writable() const { return connection_.writable(); }
    [[nodiscard]] int sentinel() const { return connection_.sentinel(); }
    [[nodiscard]] bool ready() const { return connection_.ready(); }

    [[nodiscard]] const connection& untyped() const noexcept { return connection_; }
    [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(connection_); }
    friend bool operator==(const pipe_end&, const pipe_end&) = default;

private:
    friend access;

    template <class Archive>
    void serialize(Archive& archive) {
        archive(connection_);
    }
    template <class Archive>
    static pipe_end deserialize(Archive& archive) {
        return pipe_end{archive.template read<connection>()};
    }

    connection connection_;
};

/// Two ends of a new connection: `auto [ours, theirs] = mp::pipe<int>();`. Pass one of them to
/// another process, and close it here, so that the end of that process is seen.
///
/// Errors  resource_error if no file can be opened.
/// Cost    two descriptors.
/// Source  Python's multiprocessing.Pipe().
[[nodiscard]] TANDEM_EXPORT std::pair<connection, connection> pipe(
    const pipe_options& options = {});

template <class T>
[[nodiscard]] std::pair<pipe_end<T>, pipe_end<T>> pipe(const pipe_options& options = {}) {
    auto [first, second] = pipe(options);
    return {pipe_end<T>{std::move(first)}, pipe_end<T>{std::move(second)}};
}

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "channel/byte_stream.hpp"
#include "channel/frame.hpp"
#include "tandem/detail/message.hpp"

namespace tandem::channel {

/// Which way messages go, seen from one end.
struct directions {
    bool to_read = true;
    bool to_write = true;
};

/// One end of a connection, as this process has it.
///
/// Sharing   any number of threads; those that send take turns, and so do those that receive.
/// Errors    as tandem::connection says, which is what throws them.
class connection_end {
public:
    using clock = std::chrono::steady_clock;
    using deadline = std::optional<clock::time_point>; // nullopt: for ever

    struct description {
        directions ways{};
        std::uint64_t most_bytes = 0;
        std::string name; // for the words of errors
    };

    connection_end(std::unique_ptr<byte_stream> stream, description about);
    connection_end(const connection_end&) = delete;
    connection_end& operator=(const connection_end&) = delete;
    ~connection_end();

    /// False if nothing was sent in time.
    [[nodiscard]] bool send(std::span<const std::byte> body,
                            std::span<const detail::descriptor> descriptors, const deadline& until);
    /// nullopt if it has not come in time; what has come of it is kept.
    [[nodiscard]] std::optional<detail::incoming_message> receive(const deadline& until);
    /// True as soon as there is something to receive, an end included.
    [[nodiscard]] bool poll(const deadline& until);
    [[nodiscard]] bool has_buffered();

    void close() noexcept;
    [[nodiscard]] bool is_closed() const noexcept;
    /// \throws connection_closed if it is closed
    [[nodiscard]] int descriptor() const;

    [[nodiscard]] const description& about() const noexcept { return about_; }
    /// Why handles cannot be sent; empty if they can.
    [[nodiscard]] std::string_view refusal_of_handles() const noexcept;
    /// For another process.
    /// \throws codec_error if it is not a local one, or in the middle of a message
    [[nodiscard]] detail::descriptor handle();

private:
    using shared_stream = std::shared_ptr<byte_stream>;
    enum class doing : std::uint8_t { sending, receiving, waiting };

    /// Keeps the stream open while it is used. \throws connection_closed
    [[nodiscard]] shared_stream use(doing what) const;
    [[nodiscard]] std::string words(doing what) const;
    [[noreturn]] void fail(doing what, const io_progress& progress) const;
    [[noreturn]] void fail(frame_reader::outcome outcome) const;
    [[nodiscard]] bool await(const byte_stream& stream, io_progress::outcome what,
                             const deadline& until) const;
    [[nodiscard]] detail::incoming_message take_message();

    const description about_;
    const bool carries_handles_;
    mutable std::mutex stream_mutex_; // guards stream_
    shared_stream stream_;            // null: closed
    std::timed_mutex send_mutex_;
    std::timed_mutex receive_mutex_;
    frame_reader reader_; // guarded by receive_mutex_
    bool is_cut_ = false; // guarded by send_mutex_: a message was sent in part
};

} // namespace tandem::channel

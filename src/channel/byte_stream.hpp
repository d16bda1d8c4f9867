// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

#include "os/stream_socket.hpp"
#include "os/unique_fd.hpp"
#include "tandem/detail/descriptor.hpp"

namespace tandem::channel {

/// What came of trying to move bytes.
struct io_progress {
    enum class outcome : std::uint8_t {
        moved,       // `bytes`, one at least
        await_read,  // none now; try again when the socket is readable
        await_write, // none now; try again when the socket is writable
        ended,       // none any more: the other end is gone
        failed,      // none, because of `code`
    };
    outcome what = outcome::moved;
    std::size_t bytes = 0;
    std::error_code code{};

    /// Of a call that failed with `code`; `when_full` is what EAGAIN means.
    [[nodiscard]] static io_progress of_error(std::error_code code, outcome when_full) noexcept;
};

/// A connection as a stream of bytes. Nothing here waits.
///
/// Sharing   one thread may read while another one writes.
/// Trust     bytes are what the other end sent, unchecked.
class byte_stream {
public:
    byte_stream() = default;
    byte_stream(const byte_stream&) = delete;
    byte_stream& operator=(const byte_stream&) = delete;
    virtual ~byte_stream() = default;

    /// Writes some of the pieces, of which the first is not empty, and all descriptors with it.
    [[nodiscard]] virtual io_progress write(const os::two_pieces& pieces,
                                            std::span<const int> descriptors) = 0;
    /// True if bytes that were not written are on their way all the same: they must come again.
    [[nodiscard]] virtual bool is_writing() = 0;
    /// Reads some bytes; `inbox` is null where no descriptors are expected.
    [[nodiscard]] virtual io_progress read(std::span<std::byte> room,
                                           os::descriptor_inbox* inbox) = 0;
    /// As read(), but what is there stays there.
    [[nodiscard]] virtual io_progress look() = 0;
    /// True if there are bytes to read that the socket does not have any more.
    [[nodiscard]] virtual bool has_buffered() = 0;
    /// Says that nothing more comes, if that takes words. The last call.
    virtual void finish() noexcept = 0;
    [[nodiscard]] virtual const os::unique_fd& socket() const noexcept = 0;
    /// The same for another process, which then has it, too; empty if that cannot be. Only such a
    /// stream carries descriptors.
    [[nodiscard]] virtual detail::descriptor handle() const noexcept = 0;
};

/// A Unix socket.
class unix_stream final : public byte_stream {
public:
    explicit unix_stream(detail::descriptor socket) noexcept : socket_{std::move(socket)} {}

    [[nodiscard]] io_progress write(const os::two_pieces& pieces,
                                    std::span<const int> descriptors) override;
    [[nodiscard]] bool is_writing() override { return false; }
    [[nodiscard]] io_progress read(std::span<std::byte> room, os::descriptor_inbox* inbox) override;
    [[nodiscard]] io_progress look() override;
    [[nodiscard]] bool has_buffered() override { return false; }
    void finish() noexcept override {}
    [[nodiscard]] const os::unique_fd& socket() const noexcept override { return socket_.fd(); }
    [[nodiscard]] detail::descriptor handle() const noexcept override { return socket_; }

private:
    detail::descriptor socket_;
};

} // namespace tandem::channel

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// How a message crosses a stream of bytes; docs/protocol/connection.md draws it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "channel/byte_stream.hpp"
#include "os/stream_socket.hpp"
#include "tandem/detail/descriptor.hpp"
#include "tandem/detail/message.hpp"

namespace tandem::channel {

struct frame_header {
    static constexpr std::uint32_t right_magic = 0x46444e54; // "TNDF"

    std::uint32_t magic = right_magic;
    std::uint32_t descriptors = 0;
    std::uint64_t bytes = 0;
};
static_assert(sizeof(frame_header) == 16);

/// More than a process may have open is never needed.
inline constexpr std::uint32_t most_descriptors_of_frame = 1U << 20;

/// Takes frames from a stream, piece by piece as they come.
///
/// Trust   the stream is input: memory is taken as bytes arrive, not as they are announced; what
///         is no frame is found out before anything of it is used.
class frame_reader {
public:
    enum class outcome : std::uint8_t {
        complete,
        await_read,
        await_write,
        ended,     // between two frames
        cut,       // within a frame
        malformed, // this is no frame of ours
        too_long,  // longer than it may be
        failed,    // because of code()
    };

    explicit frame_reader(std::uint64_t most_bytes) noexcept : most_bytes_{most_bytes} {}

    /// Goes on as far as it can without waiting. After `complete`, take() comes first; after what
    /// is none of the first three, nothing changes any more.
    [[nodiscard]] outcome read(byte_stream& from);

    [[nodiscard]] detail::incoming_message take();
    /// True if a frame was taken in part.
    [[nodiscard]] bool is_inside() const noexcept { return taken_ > 0; }
    /// True if descriptors of the complete frame are lost, since this process may have no more.
    [[nodiscard]] bool has_lost_descriptors() const noexcept { return inbox_.is_cut; }
    /// As much memory as it has for the body that comes.
    [[nodiscard]] std::size_t room_bytes() const noexcept { return body_.bytes().size(); }
    [[nodiscard]] std::uint64_t announced_bytes() const noexcept { return header_.bytes; }
    [[nodiscard]] std::uint64_t most_bytes() const noexcept { return most_bytes_; }
    [[nodiscard]] std::error_code code() const noexcept { return code_; }

private:
    [[nodiscard]] outcome read_header(byte_stream& from);
    [[nodiscard]] outcome check_header() const noexcept;
    [[nodiscard]] outcome read_descriptors(byte_stream& from);
    [[nodiscard]] outcome read_body(byte_stream& from);
    [[nodiscard]] outcome outcome_of(const io_progress& progress) noexcept;
    [[nodiscard]] bool descriptors_fit() const noexcept;

    std::uint64_t most_bytes_;
    frame_header header_{};
    std::uint64_t taken_ = 0;  // of the frame, header included
    std::uint32_t groups_ = 0; // of descriptors, behind the header
    std::uint64_t body_taken_ = 0;
    detail::message_buffer body_;
    os::descriptor_inbox inbox_;
    std::error_code code_;
    outcome last_ = outcome::complete;
};

/// Puts one frame into a stream, piece by piece as there is room.
class frame_writer {
public:
    frame_writer(std::span<const std::byte> body, std::span<const detail::descriptor> descriptors);

    /// Writes what goes now; `moved` when all of it is written.
    [[nodiscard]] io_progress write(byte_stream& to);
    /// True if the other end has got some of it.
    [[nodiscard]] bool has_begun() const noexcept { return written_ > 0; }

private:
    struct piece {
        os::two_pieces bytes;
        std::span<const int> descriptors;
    };
    [[nodiscard]] piece next() const noexcept;

    frame_header header_;
    std::uint64_t fillers_ = 0; // bytes behind the header that bring further descriptors
    std::span<const std::byte> body_;
    std::vector<int> descriptors_;
    std::uint64_t written_ = 0;
};

} // namespace tandem::channel

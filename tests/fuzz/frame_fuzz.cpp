// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Reads frames from arbitrary bytes, which come in pieces of arbitrary sizes: the first byte of the
// input says of which.
//
// Aborts if a message is not what lies behind its header, if memory is taken for more than twice
// the bytes that came and 64 KiB, or if something comes after an error.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include "channel/byte_stream.hpp"
#include "channel/frame.hpp"

namespace {

using namespace tandem;
using namespace tandem::channel;
using outcome = frame_reader::outcome;

void require(bool holds) {
    if (!holds) std::abort();
}

/// Bytes as a stream that now and then has none.
class input_stream final : public byte_stream {
public:
    input_stream(std::span<const std::byte> bytes, std::size_t piece)
        : left_{bytes}, piece_{piece} {}

    io_progress read(std::span<std::byte> room, os::descriptor_inbox* /*inbox*/) override {
        if (left_.empty()) return {io_progress::outcome::ended, 0, {}};
        is_empty_ = !is_empty_;
        if (is_empty_) return {io_progress::outcome::await_read, 0, {}};
        const auto count = std::min({room.size(), left_.size(), piece_});
        require(count > 0);
        std::ranges::copy(left_.first(count), room.begin());
        left_ = left_.subspan(count);
        return {io_progress::outcome::moved, count, {}};
    }
    io_progress write(const os::two_pieces& /*pieces*/,
                      std::span<const int> /*descriptors*/) override {
        return {io_progress::outcome::ended, 0, {}};
    }
    bool is_writing() override { return false; }
    io_progress look() override { return {}; }
    bool has_buffered() override { return false; }
    void finish() noexcept override {}
    const os::unique_fd& socket() const noexcept override { return none_; }
    detail::descriptor handle() const noexcept override { return {}; }

    std::span<const std::byte> left() const { return left_; }

private:
    std::span<const std::byte> left_;
    std::size_t piece_;
    bool is_empty_ = false;
    os::unique_fd none_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto all = std::as_bytes(std::span{data, size}).subspan(1);
    input_stream from{all, std::size_t{data[0]} + 1};
    frame_reader reader{std::uint64_t{1} << 40};
    std::size_t begun = 0;
    for (;;) {
        const auto found = reader.read(from);
        require(reader.room_bytes() <= 2 * all.size() + (std::size_t{64} << 10));
        if (found == outcome::await_read) continue;
        if (found != outcome::complete) {
            require(reader.read(from) == found);
            return 0;
        }
        const auto message = reader.take();
        const auto bytes = message.bytes();
        const auto end = all.size() - from.left().size();
        require(end == begun + sizeof(frame_header) + bytes.size());
        require(std::ranges::equal(bytes, all.subspan(end - bytes.size(), bytes.size())));
        begun = end;
    }
}

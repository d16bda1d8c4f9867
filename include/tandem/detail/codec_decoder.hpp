// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <span>
#include <string>
#include <utility>

#include "tandem/codec_error.hpp"
#include "tandem/detail/codec_encoder.hpp"
#include "tandem/detail/codec_portable.hpp"

namespace tandem {

namespace detail {
class descriptor_source;
}

/// Reads values back from bytes that may be damaged or hostile.
///
/// Bounds   never reads beyond the bytes given; never allocates more than 16 times their number
///          plus a constant that depends on the type alone.
/// Errors   codec_error; where the decoder stands after that is not said.
/// Sharing  the bytes must outlive the decoder and the spans from read_bytes().
class decoder {
public:
    explicit decoder(std::span<const std::byte> bytes) noexcept
        : begin_{bytes.data()}, at_{begin_}, end_{begin_ + bytes.size()} {}

    /// \throws codec_error if a whole, valid T does not come next.
    template <class T>
    [[nodiscard]] T read() {
        detail::require_portable<T>();
        if constexpr (portable<T>) {
            return detail::make_value<T>(*this);
        } else {
            std::unreachable(); // spares the user a second error
        }
    }

    /// Reads into `value` and reuses its memory where it can.
    template <class T>
    void read_into(T& value) {
        detail::require_portable<T>();
        if constexpr (portable<T>) detail::read_value(*this, value);
    }

    /// The next `count` bytes as they are.
    [[nodiscard]] std::span<const std::byte> read_bytes(std::size_t count) {
        return {take_block<std::span<const std::byte>>(count), count};
    }

    [[nodiscard]] std::size_t remaining() const noexcept {
        return static_cast<std::size_t>(end_ - at_);
    }

    /// \throws codec_error if bytes are left over.
    void expect_end() const {
        if (at_ != end_) fail_at_end();
    }

    /// Where the descriptors of handles come from; without it, handles cannot be decoded.
    void find_descriptors(detail::descriptor_source* source) noexcept { descriptors_ = source; }

    // ---- for codec_traits ----

    [[nodiscard]] detail::descriptor_source* descriptors() const noexcept { return descriptors_; }

    template <class T>
    [[nodiscard]] const std::byte* take_block(std::size_t count) {
        if (remaining() < count) [[unlikely]]
            fail_short<T>(count);
        const std::byte* const block = at_;
        at_ += count;
        return block;
    }
    void take(void* bytes, std::size_t count) {
        std::memcpy(bytes, take_block<std::byte>(count), count);
    }
    void skip(std::size_t count) { static_cast<void>(take_block<std::byte>(count)); }

    /// A count of elements of which each needs `each` bytes, checked against the bytes that remain
    /// and are not promised to others.
    template <class T>
    [[nodiscard]] std::size_t take_count(std::size_t each) {
        const std::byte* const place = at_;
        std::uint64_t count;
        std::memcpy(&count, take_block<T>(sizeof(count)), sizeof(count));
        if (count > unpromised() / each) [[unlikely]]
            fail_count<T>(place, count);
        return count;
    }
    /// As take_count(), eight elements to the byte.
    template <class T>
    [[nodiscard]] std::size_t take_bit_count() {
        const std::byte* const place = at_;
        std::uint64_t count;
        std::memcpy(&count, take_block<T>(sizeof(count)), sizeof(count));
        if (count / 8 + (count % 8 != 0) > unpromised()) [[unlikely]]
            fail_count<T>(place, count);
        return count;
    }

    /// Promises bytes to values that come later, so that nothing before them can claim those too:
    /// else each level of a nested value could make room for all the bytes that remain.
    template <class T>
    void claim(std::size_t count, std::size_t each) {
        if (each != 0 && count > unpromised() / each) [[unlikely]]
            fail_short<T>(count * each);
        promised_ += count * each;
    }
    void release(std::size_t count) noexcept { promised_ -= count; }

    template <class T>
    void enter() {
        if (++nesting_ > detail::max_nesting) fail<T>(detail::too_deep);
    }
    void leave() noexcept { --nesting_; }

    template <class T>
    [[noreturn, gnu::cold, gnu::noinline]] void fail(std::string_view reason) const {
        fail_at<T>(at_, reason);
    }
    /// `place` is the first byte behind what is wrong.
    template <class T>
    [[noreturn, gnu::cold, gnu::noinline]] void fail_at(const std::byte* place,
                                                        std::string_view reason) const {
        throw_error(detail::type_name<T>(),
                    std::string{reason} + ", before byte " + std::to_string(place - begin_));
    }

private:
    [[nodiscard]] std::size_t unpromised() const noexcept {
        return remaining() < promised_ ? 0 : remaining() - promised_;
    }

    template <class T>
    [[noreturn, gnu::cold, gnu::noinline]] void fail_short(std::size_t count) const {
        throw_error(detail::type_name<T>(), std::to_string(count) + " bytes needed at byte " +
                                                std::to_string(at_ - begin_) + but_remain(at_));
    }
    template <class T>
    [[noreturn, gnu::cold, gnu::noinline]] void fail_count(const std::byte* place,
                                                           std::uint64_t count) const {
        throw_error(detail::type_name<T>(), std::to_string(count) + " elements claimed at byte " +
                                                std::to_string(place - begin_) + but_remain(at_));
    }
    [[noreturn, gnu::cold, gnu::noinline]] void fail_at_end() const {
        throw codec_error{"decoding: " + std::to_string(remaining()) + " bytes left over at byte " +
                          std::to_string(at_ - begin_)};
    }
    [[nodiscard]] std::string but_remain(const std::byte* place) const {
        return ", but " + std::to_string(end_ - place) + " bytes remain";
    }
    [[noreturn]] static void throw_error(std::string_view type, const std::string& reason) {
        throw codec_error{std::string{"decoding "}.append(type).append(": ").append(reason)};
    }

    const std::byte* begin_;
    const std::byte* at_;
    const std::byte* end_;
    detail::descriptor_source* descriptors_ = nullptr;
    std::size_t promised_ = 0;
    int nesting_ = 0;
};

} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// How one type is written and read: codec_traits<T>, specialised for every supported type in the
// files beside this one. A specialisation has
//   parts      type_list of the types it is made of, which must be portable too
//   fixed      every value takes exactly `min_size` bytes
//   bitwise    the encoding is the object representation: blocks of T are copied whole. Never a
//              type with padding, whose bytes would carry old memory to another process; nor bool,
//              of which only two values may be read back
//   min_size   the fewest bytes an encoding takes
//   heap_size  what a value allocates as soon as it is made; absent if nothing
//   write(out, value)   to a sink: an encoder, or raw_sink when the room is known to be there
//   read(in, value)     from a source: a decoder, or raw_source when the bytes are known to be
//   there make(in)            as read(), for values that cannot be made first and filled afterwards
//
// Invariant  the bytes that a value may make read() allocate, or that it takes up in a container,
//            are at most `memory_per_byte` times the bytes of its encoding. An element that would
//            break the rule (a null optional<large>, a set of char) is followed by ballast: zero
//            bytes, so that a reader that has seen the count, and checked it against the bytes that
//            remain, may allocate without asking further.

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tandem/detail/codec_fields.hpp"

namespace tandem {

/// Befriend this struct to keep serialize(), deserialize() or the default constructor of a class
/// private: `friend tandem::access;`
struct access {
    template <class T, class Archive>
    static auto serialize(T& value, Archive& archive)
        -> decltype(static_cast<void>(value.serialize(archive))) {
        value.serialize(archive);
    }

    template <class T, class Archive>
    static auto deserialize(Archive& archive) -> decltype(T::deserialize(archive)) {
        return T::deserialize(archive);
    }

    template <class T>
    static auto construct() -> decltype(T()) {
        return T();
    }
};

namespace detail {

static_assert(std::endian::native == std::endian::little,
              "tandem: the codec copies numbers as they lie in memory and supports little-endian "
              "machines only");

inline constexpr std::size_t memory_per_byte = 16;
inline constexpr std::size_t count_size = sizeof(std::uint64_t); // bytes of a length prefix

template <class T>
struct codec_traits; // no definition: not portable

template <class T>
inline constexpr bool fixed = codec_traits<T>::fixed;
template <class T>
inline constexpr bool bitwise = codec_traits<T>::bitwise;
template <class T>
inline constexpr std::size_t min_size = codec_traits<T>::min_size;

template <class T>
constexpr std::size_t heap_size() {
    if constexpr (requires { codec_traits<T>::heap_size; }) {
        return codec_traits<T>::heap_size;
    } else {
        return 0;
    }
}

/// The fewest bytes that may stand for so much memory.
constexpr std::size_t encoding_of(std::size_t memory) {
    return (memory + memory_per_byte - 1) / memory_per_byte;
}

/// Bytes that one element takes at least in the encoding of a container in which it takes up
/// `footprint` bytes of memory. Not 0: a count is always bounded by the bytes that remain.
template <class T>
constexpr std::size_t element_size(std::size_t footprint) {
    const std::size_t smallest = encoding_of(footprint + heap_size<T>());
    return min_size<T> < smallest ? smallest : min_size<T>;
}

/// The zero bytes that make up the difference.
template <class T>
constexpr std::size_t ballast(std::size_t footprint) {
    return element_size<T>(footprint) - min_size<T>;
}

/// T as the compiler spells it.
template <class T>
constexpr std::string_view type_name() {
    const std::string_view whole{__PRETTY_FUNCTION__};
    const auto first = whole.find("T = ") + 4;
    return whole.substr(first, whole.find_first_of(";]", first) - first);
}

// A sink without checks, for a run of values whose size is known. A local copy of the position is
// also what lets the compiler merge neighbouring stores: a byte store may alias an encoder's
// members.
class raw_sink {
public:
    explicit raw_sink(std::byte* at) : at_{at} {}

    void put(const void* bytes, std::size_t count) {
        std::memcpy(at_, bytes, count);
        at_ += count;
    }

private:
    std::byte* at_;
};

/// A source without checks of length; the decoder reports the values that are wrong.
template <class Decoder>
class raw_source {
public:
    raw_source(Decoder& decoder, const std::byte* at) : decoder_{&decoder}, at_{at} {}

    void take(void* bytes, std::size_t count) {
        std::memcpy(bytes, at_, count);
        at_ += count;
    }

    template <class T>
    [[noreturn]] void fail(std::string_view reason) const {
        decoder_->template fail_at<T>(at_, reason);
    }

private:
    Decoder* decoder_;
    const std::byte* at_;
};

template <class Sink>
inline constexpr bool is_raw = false;
template <>
inline constexpr bool is_raw<raw_sink> = true;
template <class Decoder>
inline constexpr bool is_raw<raw_source<Decoder>> = true;

template <class Sink, class T>
void write_value(Sink& out, const T& value) {
    if constexpr (fixed<T> && !is_raw<Sink>) {
        raw_sink raw{out.grow(min_size<T>)};
        codec_traits<T>::write(raw, value);
    } else {
        codec_traits<T>::write(out, value);
    }
}

template <class Source, class T>
void read_value(Source& in, T& value) {
    if constexpr (fixed<T> && !is_raw<Source>) {
        raw_source<Source> raw{in, in.template take_block<T>(min_size<T>)};
        codec_traits<T>::read(raw, value);
    } else {
        codec_traits<T>::read(in, value);
    }
}

/// Made first, then filled by read(): all types but those with a member that has no default
/// constructor or cannot be assigned, and those whose traits say otherwise.
template <class T>
concept filled_in_place = std::is_move_assignable_v<T> && requires { T(); } &&
                          !requires { typename codec_traits<T>::made_whole; };

template <class T, class Source>
T make_value(Source& in) {
    if constexpr (filled_in_place<T>) {
        T value{};
        read_value(in, value);
        return value;
    } else {
        return codec_traits<T>::make(in);
    }
}

// The parts of a product are promised bytes before the first of them is read, so that a count in
// one part cannot claim what the others need.
template <class T, class Source>
void claim_parts([[maybe_unused]] Source& in) {
    if constexpr (!is_raw<Source>) in.template claim<T>(1, min_size<T>);
}

template <class Source, class T>
void read_part(Source& in, T& part) {
    if constexpr (!is_raw<Source>) in.release(min_size<T>);
    read_value(in, part);
}

template <class T, class Source>
T make_part(Source& in) {
    if constexpr (!is_raw<Source>) in.release(min_size<T>);
    return make_value<T>(in);
}

/// Marks one level of nesting, of which encoder and decoder allow a limited number.
template <class T, class Stream>
class nesting {
public:
    explicit nesting(Stream& stream) : stream_{&stream} { stream.template enter<T>(); }
    nesting(const nesting&) = delete;
    nesting& operator=(const nesting&) = delete;
    ~nesting() { stream_->leave(); }

private:
    Stream* stream_;
};

} // namespace detail
} // namespace tandem

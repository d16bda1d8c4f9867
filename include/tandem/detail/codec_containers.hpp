// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// A count, then so many elements: strings and sequences. The footprints are those of
// libstdc++ on a 64-bit machine.

#include <concepts>
#include <deque>
#include <forward_list>
#include <iterator>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "tandem/detail/codec_traits.hpp"

namespace tandem::detail {

template <class... Parts>
struct counted_traits {
    using parts = type_list<Parts...>;
    static constexpr bool fixed = false;
    static constexpr bool bitwise = false;
    static constexpr std::size_t min_size = count_size;
};

constexpr std::size_t round_up(std::size_t bytes, std::size_t unit) {
    return (bytes + unit - 1) / unit * unit;
}

// A node holds `header` bytes of pointers and such before the element.
template <class Element>
constexpr std::size_t node_footprint(std::size_t header) {
    return header + round_up(sizeof(Element), sizeof(void*));
}

/// Fills a vector or string with the elements that lie at `bytes`, as a block. Without resize(),
/// which would write zeros first, if the block is aligned.
template <class T>
void assign_block(auto& container, const std::byte* bytes, std::size_t count) {
    if (reinterpret_cast<std::uintptr_t>(bytes) % alignof(T) == 0) {
        const auto* const first = reinterpret_cast<const T*>(bytes);
        container.assign(first, first + count);
    } else {
        container.resize(count);
        if (count > 0) std::memcpy(container.data(), bytes, count * sizeof(T));
    }
}

// ---- strings
// -------------------------------------------------------------------------------------

template <class Char, class Traits, class Allocator>
struct codec_traits<std::basic_string<Char, Traits, Allocator>> : counted_traits<Char> {
    using string = std::basic_string<Char, Traits, Allocator>;

    static void write(auto& out, const string& value) {
        write_value(out, std::uint64_t{value.size()});
        out.put(value.data(), value.size() * sizeof(Char));
    }
    static void read(auto& in, string& value) {
        const std::size_t count = in.template take_count<string>(sizeof(Char));
        const std::byte* const bytes = in.template take_block<string>(count * sizeof(Char));
        assign_block<Char>(value, bytes, count);
    }
};

// std::filesystem::path by its shape: <filesystem> would cost every user as much as all containers.
template <class T>
concept path_like = requires(const T path) {
    typename T::string_type;
    { path.native() } -> std::same_as<const typename T::string_type&>;
    { path.lexically_normal() } -> std::same_as<T>;
    T{path.native()};
};

// A path of many short names keeps a list of them: 48 bytes for each, and while the list grows half
// as much again beside it. Hence 8 bytes for each name, at least.
template <class String>
constexpr std::size_t path_ballast(const String& native) {
    std::size_t names = 2; // one more than separators, and perhaps a root
    for (const auto c : native) names += c == '/';
    const std::size_t smallest = names > 2 ? names * 8 : 0;
    const std::size_t size = count_size + native.size() * sizeof(native[0]);
    return size < smallest ? smallest - size : 0;
}

template <path_like T>
struct codec_traits<T> : counted_traits<> {
    static void write(auto& out, const T& value) {
        write_value(out, value.native());
        out.put_zeros(path_ballast(value.native()));
    }
    static void read(auto& in, T& value) {
        auto native = make_value<typename T::string_type>(in);
        in.skip(path_ballast(native));
        value = T{std::move(native)};
    }
};

// ---- elements in general
// -------------------------------------------------------------------------

template <class Container, class Element, class Encoder>
void write_elements(Encoder& out, const Container& elements, std::size_t count) {
    write_value(out, std::uint64_t{count});
    if constexpr (bitwise<Element> &&
                  std::contiguous_iterator<typename Container::const_iterator>) {
        out.put(std::to_address(elements.begin()), count * sizeof(Element));
    } else if constexpr (fixed<Element>) {
        raw_sink raw{out.grow(count * min_size<Element>)};
        for (const Element& element : elements) write_value(raw, element);
    } else {
        const nesting<Container, Encoder> level{out};
        for (const Element& element : elements) write_value(out, element);
    }
}

/// Calls `add(source)` for each of the elements whose count was read before.
template <class Container, class Element, class Decoder, class Add>
void read_elements(Decoder& in, std::size_t count, Add add) {
    if constexpr (fixed<Element>) {
        raw_source<Decoder> raw{in, in.template take_block<Container>(count * min_size<Element>)};
        for (std::size_t i = 0; i < count; ++i) add(raw);
    } else {
        const nesting<Container, Decoder> level{in};
        for (std::size_t i = 0; i < count; ++i) {
            in.release(min_size<Element>);
            add(in);
        }
    }
}

template <class Container, class Element>
struct element_codec {
    /// Writes count, elements and ballast.
    static void write(auto& out, const Container& value, std::size_t count, std::size_t footprint) {
        write_elements<Container, Element>(out, value, count);
        out.put_zeros(count * ballast<Element>(footprint));
    }

    /// `prepare(count)`, then `add(source)` once per element.
    static void read(auto& in, std::size_t footprint, auto prepare, auto add) {
        const std::size_t each = element_size<Element>(footprint);
        const std::size_t count = in.template take_count<Container>(each);
        in.template claim<Container>(count, fixed<Element> ? ballast<Element>(footprint) : each);
        prepare(count);
        read_elements<Container, Element>(in, count, add);
        in.release(count * ballast<Element>(footprint));
        in.skip(count * ballast<Element>(footprint));
    }
};

// ---- sequences
// -----------------------------------------------------------------------------------

template <class Container, std::size_t Footprint>
struct sequence_traits : counted_traits<typename Container::value_type> {
    using element = typename Container::value_type;
    using codec = element_codec<Container, element>;

    static void write(auto& out, const Container& value) {
        codec::write(out, value, value.size(), Footprint);
    }
    static void read(auto& in, Container& value) {
        value.clear();
        const auto prepare = [&](std::size_t count) {
            if constexpr (requires { value.reserve(count); }) value.reserve(count);
        };
        codec::read(in, Footprint, prepare, [&](auto& source) {
            if constexpr (filled_in_place<element>) {
                read_value(source, value.emplace_back());
            } else {
                value.push_back(make_value<element>(source));
            }
        });
    }
};

template <class T, class Allocator>
struct codec_traits<std::vector<T, Allocator>>
    : sequence_traits<std::vector<T, Allocator>, sizeof(T)> {
    using vector = std::vector<T, Allocator>;

    static void read(auto& in, vector& value) {
        if constexpr (bitwise<T> && std::default_initializable<T>) {
            const std::size_t count = in.template take_count<vector>(sizeof(T));
            const std::byte* const bytes = in.template take_block<vector>(count * sizeof(T));
            assign_block<T>(value, bytes, count);
        } else {
            sequence_traits<vector, sizeof(T)>::read(in, value);
        }
    }
};

template <class Allocator>
struct codec_traits<std::vector<bool, Allocator>> : counted_traits<> { // eight to a byte
    using vector = std::vector<bool, Allocator>;

    static void write(auto& out, const vector& value) {
        write_value(out, std::uint64_t{value.size()});
        std::byte* const bytes = out.grow((value.size() + 7) / 8);
        for (std::size_t first = 0; first < value.size(); first += 8) {
            unsigned byte = 0;
            for (std::size_t bit = first; bit < first + 8 && bit < value.size(); ++bit) {
                byte |= unsigned{value[bit]} << (bit - first);
            }
            bytes[first / 8] = static_cast<std::byte>(byte);
        }
    }
    static void read(auto& in, vector& value) {
        const std::size_t count = in.template take_bit_count<vector>();
        const std::byte* const bytes = in.template take_block<vector>(count / 8 + (count % 8 != 0));
        value.resize(count);
        for (std::size_t bit = 0; bit < count; ++bit) {
            value[bit] = (std::to_integer<unsigned>(bytes[bit / 8]) >> (bit % 8) & 1U) != 0;
        }
        if (count % 8 != 0 && std::to_integer<unsigned>(bytes[count / 8]) >> (count % 8) != 0) {
            in.template fail<vector>("a bit beyond the last one is set");
        }
    }
};

// An empty deque has a block and a map of 8 pointers already: it carries ballast of its own, lest
// an optional or a count of a few bytes make many of them.
template <class T>
constexpr std::size_t deque_block() {
    return sizeof(T) < 512 ? 512 : sizeof(T);
}

template <class T>
constexpr std::size_t deque_footprint() {
    const std::size_t per_block = deque_block<T>() / sizeof(T);
    return (deque_block<T>() + 3 * sizeof(void*)) / per_block + 1; // the map grows by doubling
}

template <class T, class Allocator>
struct codec_traits<std::deque<T, Allocator>> : counted_traits<T> {
    using deque = std::deque<T, Allocator>;
    static constexpr std::size_t heap_size = deque_block<T>() + 8 * sizeof(void*);
    static constexpr std::size_t min_size = encoding_of(heap_size);

    static void write(auto& out, const deque& value) {
        out.put_zeros(min_size - count_size);
        sequence_traits<deque, deque_footprint<T>()>::write(out, value);
    }
    static void read(auto& in, deque& value) {
        in.skip(min_size - count_size);
        sequence_traits<deque, deque_footprint<T>()>::read(in, value);
    }
};

template <class T, class Allocator>
struct codec_traits<std::list<T, Allocator>>
    : sequence_traits<std::list<T, Allocator>, node_footprint<T>(2 * sizeof(void*))> {};

template <class T, class Allocator>
struct codec_traits<std::forward_list<T, Allocator>> : counted_traits<T> {
    using list = std::forward_list<T, Allocator>;
    using codec = element_codec<list, T>;
    static constexpr std::size_t footprint = node_footprint<T>(sizeof(void*));

    static void write(auto& out, const list& value) {
        const auto count = static_cast<std::size_t>(std::distance(value.begin(), value.end()));
        codec::write(out, value, count, footprint);
    }
    static void read(auto& in, list& value) {
        value.clear();
        auto last = value.before_begin();
        codec::read(
            in, footprint, [](std::size_t) {},
            [&](auto& source) { last = value.insert_after(last, make_value<T>(source)); });
    }
};

} // namespace tandem::detail

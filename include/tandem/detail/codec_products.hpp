// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Several values one after the other: arrays, pairs, tuples, aggregates, classes with serialize().

#include <array>
#include <tuple>

#include "tandem/detail/codec_traits.hpp"

namespace tandem::detail {

template <class T, std::size_t Count>
struct array_traits {
    using parts = type_list<T>;
    static constexpr bool fixed = detail::fixed<T>;
    static constexpr bool bitwise = detail::bitwise<T> && Count > 0;
    static constexpr std::size_t min_size = Count * detail::min_size<T>;
    static constexpr std::size_t heap_size = Count * detail::heap_size<T>();

    static void write_elements(auto& out, const T* elements) {
        if constexpr (bitwise) {
            out.put(elements, Count * sizeof(T));
        } else {
            for (std::size_t i = 0; i < Count; ++i) write_value(out, elements[i]);
        }
    }
    static void read_elements(auto& in, T* elements) {
        if constexpr (bitwise) {
            in.take(elements, Count * sizeof(T));
        } else {
            claim_parts<std::array<T, Count>>(in);
            for (std::size_t i = 0; i < Count; ++i) read_part(in, elements[i]);
        }
    }
};

template <class T, std::size_t Count>
struct codec_traits<T[Count]> : array_traits<T, Count> { // as a member of an aggregate
    static void write(auto& out, const T (&value)[Count]) {
        array_traits<T, Count>::write_elements(out, value);
    }
    static void read(auto& in, T (&value)[Count]) {
        array_traits<T, Count>::read_elements(in, value);
    }
};

template <class T, std::size_t Count>
struct codec_traits<std::array<T, Count>> : array_traits<T, Count> {
    static void write(auto& out, const std::array<T, Count>& value) {
        array_traits<T, Count>::write_elements(out, value.data());
    }
    static void read(auto& in, std::array<T, Count>& value) {
        array_traits<T, Count>::read_elements(in, value.data());
    }
    static std::array<T, Count> make(auto& in) {
        claim_parts<std::array<T, Count>>(in);
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return std::array<T, Count>{(static_cast<void>(I), make_part<T>(in))...};
        }(std::make_index_sequence<Count>{});
    }
};

template <class... Parts>
struct product_traits {
    using parts = type_list<std::remove_const_t<Parts>...>; // const ones are made, not filled
    static constexpr bool fixed = (detail::fixed<std::remove_const_t<Parts>> && ...);
    static constexpr bool bitwise = false; // pair and tuple are not trivially copyable
    static constexpr std::size_t min_size =
        (detail::min_size<std::remove_const_t<Parts>> + ... + 0);
    static constexpr std::size_t heap_size =
        (detail::heap_size<std::remove_const_t<Parts>>() + ... + 0);
};

template <class First, class Second>
struct codec_traits<std::pair<First, Second>> : product_traits<First, Second> {
    using pair = std::pair<First, Second>;

    static void write(auto& out, const pair& value) {
        write_value(out, value.first);
        write_value(out, value.second);
    }
    static void read(auto& in, pair& value) {
        claim_parts<pair>(in);
        read_part(in, value.first);
        read_part(in, value.second);
    }
    static pair make(auto& in) { // braces: first, then second
        claim_parts<pair>(in);
        return pair{make_part<std::remove_const_t<First>>(in),
                    make_part<std::remove_const_t<Second>>(in)};
    }
};

template <class... Parts>
struct codec_traits<std::tuple<Parts...>> : product_traits<Parts...> {
    using tuple = std::tuple<Parts...>;

    static void write([[maybe_unused]] auto& out, const tuple& value) {
        std::apply([&](const Parts&... part) { (write_value(out, part), ...); }, value);
    }
    static void read([[maybe_unused]] auto& in, tuple& value) {
        claim_parts<tuple>(in);
        std::apply([&](Parts&... part) { (read_part(in, part), ...); }, value);
    }
    static tuple make(auto& in) {
        claim_parts<tuple>(in);
        return tuple{make_part<std::remove_const_t<Parts>>(in)...};
    }
};

// ---- classes with a serialize() member
// -----------------------------------------------------------

/// What serialize() gets: `archive(a, b)` and `archive & a` write or read the members in order.
template <class Encoder>
class write_archive {
public:
    using is_saving = std::true_type;
    using is_loading = std::false_type;

    explicit write_archive(Encoder& out) : out_{&out} {}

    template <class... Ts>
    write_archive& operator()(const Ts&... values) {
        (out_->write(values), ...);
        return *this;
    }
    template <class T>
    write_archive& operator&(const T& value) {
        return (*this)(value);
    }

private:
    Encoder* out_;
};

template <class Decoder>
class read_archive {
public:
    using is_saving = std::false_type;
    using is_loading = std::true_type;

    explicit read_archive(Decoder& in) : in_{&in} {}

    template <class... Ts>
    read_archive& operator()(Ts&... values) {
        (in_->read_into(values), ...);
        return *this;
    }
    template <class T>
    read_archive& operator&(T& value) {
        return (*this)(value);
    }
    /// The next value; for types without a default constructor.
    template <class T>
    [[nodiscard]] T read() {
        return in_->template read<T>();
    }

private:
    Decoder* in_;
};

struct any_stream; // stands for an encoder or a decoder in the question below

template <class T>
concept has_serialize = std::is_class_v<T> && requires(T& value, write_archive<any_stream>& out) {
    access::serialize(value, out);
};

/// Has a way to be made of its own, for want of a default constructor or by choice.
template <class T>
concept has_deserialize = has_serialize<T> && requires(read_archive<any_stream>& in) {
    { access::deserialize<T>(in) } -> std::same_as<T>;
};

template <class T>
concept constructible_by_access = requires { access::construct<T>(); };

template <class T>
struct serialize_traits {
    using parts = type_list<>; // checked as serialize() names them
    static constexpr bool fixed = false;
    static constexpr bool bitwise = false;
    static constexpr std::size_t min_size = 0;

    template <class Encoder>
    static void write(Encoder& out, const T& value) {
        const nesting<T, Encoder> level{out};
        write_archive<Encoder> archive{out};
        access::serialize(const_cast<T&>(value), archive); // one serialize() for both directions
    }
};

template <has_serialize T>
struct codec_traits<T> : serialize_traits<T> {
    template <class Decoder>
    static void read(Decoder& in, T& value) {
        const nesting<T, Decoder> level{in};
        read_archive<Decoder> archive{in};
        access::serialize(value, archive);
    }
    static T make(auto& in) {
        T value = access::construct<T>();
        read(in, value);
        return value;
    }
};

template <has_deserialize T>
struct codec_traits<T> : serialize_traits<T> {
    using made_whole = void;

    static void read(auto& in, T& value) { value = make(in); }
    template <class Decoder>
    static T make(Decoder& in) {
        const nesting<T, Decoder> level{in};
        read_archive<Decoder> archive{in};
        return access::deserialize<T>(archive);
    }
};

// ---- plain aggregates
// ----------------------------------------------------------------------------

template <class T, class Fields = field_types<T>>
struct aggregate_traits;

/// An initialiser that becomes what it initialises: no function can return a C array, but its
/// elements can be made one by one.
template <class Source>
struct part_to_make {
    std::size_t ignored;
    Source* in;

    template <class Part>
    operator Part() const&& {
        return make_part<Part>(*in);
    }
};

template <class T, class... Fields>
struct aggregate_traits<T, type_list<Fields...>> {
    using parts = type_list<Fields...>;
    static constexpr bool fixed = (detail::fixed<Fields> && ...);
    static constexpr bool bitwise = sizeof...(Fields) > 0 && std::is_trivially_copyable_v<T> &&
                                    (detail::bitwise<Fields> && ...) &&
                                    (sizeof(Fields) + ... + 0) == sizeof(T); // no padding
    static constexpr std::size_t min_size = (detail::min_size<Fields> + ... + 0);
    static constexpr std::size_t heap_size = (detail::heap_size<Fields>() + ... + 0);

    static void write([[maybe_unused]] auto& out, const T& value) {
        if constexpr (bitwise) {
            out.put(std::addressof(value), sizeof(T));
        } else {
            for_each_field(value, [&](const auto& field) { write_value(out, field); });
        }
    }
    static void read([[maybe_unused]] auto& in, T& value) {
        if constexpr (bitwise) {
            in.take(std::addressof(value), sizeof(T));
        } else {
            claim_parts<T>(in);
            for_each_field(value, [&](auto& field) { read_part(in, field); });
        }
    }
    template <class Source>
    static T make(Source& in) {
        claim_parts<T>(in);
        if constexpr ((std::is_array_v<Fields> || ...)) {
            return make_with_arrays(in, std::make_index_sequence<initialiser_count<T>()>{});
        } else {
            return T{make_part<Fields>(in)...};
        }
    }

private:
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-braces" // one initialiser per element is meant
    template <class Source, std::size_t... I>
    static T make_with_arrays(Source& in, std::index_sequence<I...>) {
        return T{part_to_make<Source>{I, &in}...};
    }
#pragma GCC diagnostic pop
};

// What field_types can list without an error: see codec_portable.hpp for the reasons.
template <class T>
concept reflectable_aggregate =
    simple_aggregate<T> && !has_serialize<T> && !std::is_const_v<T> &&
    std::is_move_assignable_v<T> && !has_base_class<T>() && field_count<T> <= max_members;

template <reflectable_aggregate T>
struct codec_traits<T> : aggregate_traits<T> {};

} // namespace tandem::detail

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// A flag or an index, then one value or none: optional, variant, expected, owning pointers.

#include <expected>
#include <memory>
#include <optional>
#include <variant>

#include "tandem/detail/codec_traits.hpp"

namespace tandem::detail {

template <class... Parts>
struct choice_traits {
    using parts = type_list<Parts...>;
    static constexpr bool fixed = false;
    static constexpr bool bitwise = false;
    static constexpr std::size_t min_size = 1;
};

template <class T>
struct codec_traits<std::optional<T>> : choice_traits<T> {
    static void write(auto& out, const std::optional<T>& value) {
        write_value(out, value.has_value());
        if (value) write_value(out, *value);
    }
    static void read(auto& in, std::optional<T>& value) {
        value.reset();
        if (!make_value<bool>(in)) return;
        if constexpr (filled_in_place<T>) {
            read_value(in, value.emplace());
        } else {
            value.emplace(make_value<T>(in));
        }
    }
    static std::optional<T> make(auto& in) {
        if (!make_value<bool>(in)) return std::nullopt;
        return std::optional<T>{make_value<T>(in)};
    }
};

template <class... Ts>
struct codec_traits<std::variant<Ts...>> : choice_traits<Ts...> {
    using made_whole = void;
    using variant = std::variant<Ts...>;
    using index_type = std::conditional_t<sizeof...(Ts) <= 255, std::uint8_t, std::uint16_t>;
    static constexpr std::size_t min_size = sizeof(index_type);

    static void write(auto& out, const variant& value) {
        if (value.valueless_by_exception()) {
            out.template fail<variant>("it is valueless by exception");
        }
        write_value(out, static_cast<index_type>(value.index()));
        std::visit([&](const auto& held) { write_value(out, held); }, value);
    }
    static void read(auto& in, variant& value) { value = make(in); }
    template <class Source>
    static variant make(Source& in) {
        const auto index = make_value<index_type>(in);
        if (index >= sizeof...(Ts)) in.template fail<variant>("no alternative has this index");
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            using maker = variant (*)(Source&);
            static constexpr maker makers[] = {&make_alternative<I, Source>...};
            return makers[index](in);
        }(std::index_sequence_for<Ts...>{});
    }

private:
    template <std::size_t I, class Source>
    static variant make_alternative(Source& in) {
        return variant{std::in_place_index<I>,
                       make_value<std::variant_alternative_t<I, variant>>(in)};
    }
};

template <class T, class E>
struct codec_traits<std::expected<T, E>> : choice_traits<T, E> {
    using made_whole = void;
    using expected = std::expected<T, E>;

    static void write(auto& out, const expected& value) {
        write_value(out, value.has_value());
        if (value) {
            write_value(out, *value);
        } else {
            write_value(out, value.error());
        }
    }
    static void read(auto& in, expected& value) { value = make(in); }
    static expected make(auto& in) {
        if (make_value<bool>(in)) return expected{make_value<T>(in)};
        return expected{std::unexpect, make_value<E>(in)};
    }
};

template <class E>
struct codec_traits<std::expected<void, E>> : choice_traits<E> {
    using made_whole = void;
    using expected = std::expected<void, E>;

    static void write(auto& out, const expected& value) {
        write_value(out, value.has_value());
        if (!value) write_value(out, value.error());
    }
    static void read(auto& in, expected& value) { value = make(in); }
    static expected make(auto& in) {
        if (make_value<bool>(in)) return expected{};
        return expected{std::unexpect, make_value<E>(in)};
    }
};

// Both pointers by value: what they own is copied, and shared owners are not shared any more.
template <class Pointer, class T>
struct pointer_traits : choice_traits<T> {
    // make_shared puts two counters and a table pointer before the object.
    static constexpr std::size_t footprint = sizeof(T) + 16;

    template <class Encoder>
    static void write(Encoder& out, const Pointer& value) {
        write_value(out, value != nullptr);
        if (!value) return;
        const nesting<Pointer, Encoder> level{out};
        write_value(out, *value);
        out.put_zeros(ballast<T>(footprint));
    }
    template <class Decoder>
    static void read(Decoder& in, Pointer& value) {
        value.reset();
        if (!make_value<bool>(in)) return;
        const nesting<Pointer, Decoder> level{in};
        in.template claim<Pointer>(1, element_size<T>(footprint));
        in.release(min_size<T>);
        value = allocate(in);
        in.release(ballast<T>(footprint));
        in.skip(ballast<T>(footprint));
    }

private:
    static Pointer allocate(auto& in) {
        constexpr bool shared = std::copyable<Pointer>;
        if constexpr (shared && filled_in_place<T>) {
            auto made = std::make_shared<T>();
            read_value(in, *made);
            return made;
        } else if constexpr (shared) {
            return std::make_shared<T>(make_value<T>(in));
        } else if constexpr (filled_in_place<T>) {
            auto made = std::make_unique<T>();
            read_value(in, *made);
            return made;
        } else {
            return std::make_unique<T>(make_value<T>(in));
        }
    }
};

template <class T>
concept owned_whole =
    std::is_object_v<T> && !std::is_array_v<T> && (!std::is_polymorphic_v<T> || std::is_final_v<T>);

template <owned_whole T>
struct codec_traits<std::unique_ptr<T>>
    : pointer_traits<std::unique_ptr<T>, std::remove_const_t<T>> {};

template <owned_whole T>
struct codec_traits<std::shared_ptr<T>>
    : pointer_traits<std::shared_ptr<T>, std::remove_const_t<T>> {};

} // namespace tandem::detail

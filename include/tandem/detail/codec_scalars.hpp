// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// One value of a known size: numbers, enums, chrono, complex, bitset.

#include <bitset>
#include <chrono>
#include <limits>
#include <memory>

#include "tandem/detail/codec_traits.hpp"

namespace tandem::detail {

#ifdef __SIZEOF_INT128__
__extension__ using int128 = __int128;
__extension__ using uint128 = unsigned __int128;
template <class T>
concept wide_integer = std::same_as<T, int128> || std::same_as<T, uint128>;
#else
template <class T>
concept wide_integer = false;
#endif

template <class T>
concept plain_number =
    (std::is_arithmetic_v<T> || std::is_enum_v<T> || wide_integer<T>) && !std::same_as<T, bool> &&
    !std::same_as<T, long double> && std::same_as<T, std::remove_cv_t<T>>;

// Dates, as far as they have no padding. What is no date (ok() is false) arrives as that.
template <class T>
concept calendar_part =
    std::same_as<T, std::chrono::day> || std::same_as<T, std::chrono::month> ||
    std::same_as<T, std::chrono::year> || std::same_as<T, std::chrono::weekday> ||
    std::same_as<T, std::chrono::month_day> || std::same_as<T, std::chrono::year_month_day>;

// An enum is not checked against its enumerators: what was sent arrives.
template <class T>
    requires(plain_number<T> || calendar_part<T>)
struct codec_traits<T> {
    using parts = type_list<>;
    static constexpr bool fixed = true;
    static constexpr bool bitwise = true;
    static constexpr std::size_t min_size = sizeof(T);

    static void write(auto& out, const T& value) { out.put(std::addressof(value), sizeof(T)); }
    static void read(auto& in, T& value) { in.take(std::addressof(value), sizeof(T)); }
};

template <>
struct codec_traits<bool> {
    using parts = type_list<>;
    static constexpr bool fixed = true;
    static constexpr bool bitwise = false;
    static constexpr std::size_t min_size = 1;

    static void write(auto& out, bool value) {
        const auto byte = static_cast<std::uint8_t>(value);
        out.put(&byte, 1);
    }
    static void read(auto& in, bool& value) {
        std::uint8_t byte;
        in.take(&byte, 1);
        if (byte > 1) in.template fail<bool>("neither 0 nor 1");
        value = byte == 1;
    }
};

template <>
struct codec_traits<long double> {
    using parts = type_list<>;
    static constexpr bool fixed = true;
    static constexpr bool bitwise = false;
    // x87: ten bytes of value, the other six are padding
    static constexpr std::size_t min_size =
        std::numeric_limits<long double>::digits == 64 ? 10 : sizeof(long double);

    static void write(auto& out, const long double& value) { out.put(&value, min_size); }
    static void read(auto& in, long double& value) {
        value = 0;
        in.take(&value, min_size);
    }
};

// What is written as one other value: `Whole` is the type, `Part` is what it is made of.
template <class Part>
struct wrapper_traits {
    using parts = type_list<Part>;
    static constexpr bool fixed = detail::fixed<Part>;
    static constexpr bool bitwise = detail::bitwise<Part>;
    static constexpr std::size_t min_size = detail::min_size<Part>;
};

template <class Rep, class Period>
struct codec_traits<std::chrono::duration<Rep, Period>> : wrapper_traits<Rep> {
    using duration = std::chrono::duration<Rep, Period>;

    static void write(auto& out, const duration& value) { write_value(out, value.count()); }
    static void read(auto& in, duration& value) { value = duration{make_value<Rep>(in)}; }
};

template <class Clock, class Duration>
struct codec_traits<std::chrono::time_point<Clock, Duration>> : wrapper_traits<Duration> {
    using time_point = std::chrono::time_point<Clock, Duration>;

    static void write(auto& out, const time_point& value) {
        write_value(out, value.time_since_epoch());
    }
    static void read(auto& in, time_point& value) { value = time_point{make_value<Duration>(in)}; }
};

// std::complex by its shape: <complex> would cost every user a quarter of a second of compilation.
template <template <class> class Complex, std::floating_point Real>
    requires requires(const Complex<Real> z) {
        { z.real() } -> std::same_as<Real>;
        { z.imag() } -> std::same_as<Real>;
        Complex<Real>{z.real(), z.imag()};
    }
struct codec_traits<Complex<Real>> {
    using parts = type_list<Real>;
    static constexpr bool fixed = true;
    static constexpr bool bitwise = detail::bitwise<Real>;
    static constexpr std::size_t min_size = 2 * detail::min_size<Real>;

    static void write(auto& out, const Complex<Real>& value) {
        write_value(out, value.real());
        write_value(out, value.imag());
    }
    static void read(auto& in, Complex<Real>& value) {
        const Real real = make_value<Real>(in);
        value = Complex<Real>{real, make_value<Real>(in)};
    }
};

template <std::size_t Bits>
struct codec_traits<std::bitset<Bits>> {
    using parts = type_list<>;
    static constexpr bool fixed = true;
    static constexpr bool bitwise = false;
    static constexpr std::size_t min_size = (Bits + 7) / 8;

    static void write(auto& out, const std::bitset<Bits>& value) {
        for (std::size_t first = 0; first < Bits; first += 8) {
            unsigned byte = 0;
            for (std::size_t bit = first; bit < first + 8 && bit < Bits; ++bit) {
                byte |= unsigned{value[bit]} << (bit - first);
            }
            const auto octet = static_cast<std::uint8_t>(byte);
            out.put(&octet, 1);
        }
    }
    static void read(auto& in, std::bitset<Bits>& value) {
        std::uint8_t byte = 0;
        for (std::size_t first = 0; first < Bits; first += 8) {
            in.take(&byte, 1);
            for (std::size_t bit = first; bit < first + 8 && bit < Bits; ++bit) {
                value[bit] = ((byte >> (bit - first)) & 1) != 0;
            }
        }
        if (Bits % 8 != 0 && byte >> (Bits % 8) != 0) {
            in.template fail<std::bitset<Bits>>("a bit beyond the last one is set");
        }
    }
};

} // namespace tandem::detail

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// random_value<T>(dice): a value of any type of codec_types.hpp; small, now and then empty.

#include <algorithm>
#include <concepts>
#include <random>
#include <utility>

#include "codec_types.hpp"

namespace tandem::test {

using dice = std::mt19937_64;

inline std::size_t random_count(dice& d) { return d() % 5; }

template <class T>
struct random;

template <class T>
T random_value(dice& d) {
    return random<T>::make(d);
}

template <class T>
    requires(std::integral<T> || detail::wide_integer<T>)
struct random<T> {
    static T make(dice& d) { return static_cast<T>(d() >> (d() % 64)); }
};
template <std::floating_point T>
struct random<T> { // no NaN, which does not equal itself
    static T make(dice& d) { return static_cast<T>(static_cast<std::int64_t>(d())) / 3; }
};
template <class T>
    requires std::is_enum_v<T>
struct random<T> {
    static T make(dice& d) { return static_cast<T>(d() % 2); }
};

template <class T>
concept growing = requires(T container) { container.insert(container.end(), *container.begin()); };
template <class T>
concept keyed = requires(T container) { container.key_comp(); } ||
                requires(T container) { container.hash_function(); };

template <class T>
struct unconst {
    using type = T;
};
template <class First, class Second>
struct unconst<std::pair<const First, Second>> {
    using type = std::pair<First, Second>;
};

template <class T>
    requires(growing<T> ||
             requires {
                 typename T::value_type;
                 typename T::iterator;
             }) &&
            (!detail::path_like<T>)
struct random<T> {
    static T make(dice& d) {
        using element = typename unconst<typename T::value_type>::type;
        T made;
        for (std::size_t left = random_count(d); left > 0; --left) {
            if constexpr (requires { made.push_back(random_value<element>(d)); }) {
                made.push_back(random_value<element>(d));
            } else if constexpr (requires { made.push_front(random_value<element>(d)); }) {
                made.push_front(random_value<element>(d));
            } else {
                made.insert(random_value<element>(d));
            }
        }
        return made;
    }
};

template <class T, std::size_t Count>
struct random<std::array<T, Count>> {
    static std::array<T, Count> make([[maybe_unused]] dice& d) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return std::array<T, Count>{(static_cast<void>(I), random_value<T>(d))...};
        }(std::make_index_sequence<Count>{});
    }
};
template <class... Ts>
struct random<std::tuple<Ts...>> {
    static std::tuple<Ts...> make([[maybe_unused]] dice& d) {
        return std::tuple<Ts...>{random_value<Ts>(d)...};
    }
};
template <class First, class Second>
struct random<std::pair<First, Second>> {
    static std::pair<First, Second> make(dice& d) {
        return {random_value<First>(d), random_value<Second>(d)};
    }
};
template <class T>
struct random<std::optional<T>> {
    static std::optional<T> make(dice& d) {
        return d() % 2 ? std::optional<T>{random_value<T>(d)} : std::nullopt;
    }
};
template <class... Ts>
struct random<std::variant<Ts...>> {
    using variant = std::variant<Ts...>;
    static variant make(dice& d) {
        static constexpr variant (*makers[])(dice&) = {
            +[](dice& own) { return variant{random_value<Ts>(own)}; }...};
        return makers[d() % sizeof...(Ts)](d);
    }
};
template <class T, class E>
struct random<std::expected<T, E>> {
    static std::expected<T, E> make(dice& d) {
        if (d() % 2) return std::unexpected{random_value<E>(d)};
        if constexpr (std::is_void_v<T>) {
            return {};
        } else {
            return random_value<T>(d);
        }
    }
};
template <class T>
struct random<std::unique_ptr<T>> {
    static std::unique_ptr<T> make(dice& d) {
        return d() % 2 ? std::make_unique<T>(random_value<std::remove_const_t<T>>(d)) : nullptr;
    }
};
template <class T>
struct random<std::shared_ptr<T>> {
    static std::shared_ptr<T> make(dice& d) { return random_value<std::unique_ptr<T>>(d); }
};
template <class Rep, class Period>
struct random<std::chrono::duration<Rep, Period>> {
    static auto make(dice& d) { return std::chrono::duration<Rep, Period>{random_value<Rep>(d)}; }
};
template <detail::calendar_part T>
struct random<T> {
    static T make(dice& d) {
        const std::chrono::year_month_day date{
            std::chrono::sys_days{std::chrono::days{d() % 50'000}}};
        if constexpr (std::same_as<T, std::chrono::year_month_day>) return date;
        if constexpr (std::same_as<T, std::chrono::month_day>) return date.month() / date.day();
        if constexpr (std::same_as<T, std::chrono::year>) return date.year();
        if constexpr (std::same_as<T, std::chrono::month>) return date.month();
        if constexpr (std::same_as<T, std::chrono::day>) return date.day();
        if constexpr (std::same_as<T, std::chrono::weekday>) return T{std::chrono::sys_days{date}};
    }
};
template <class Clock, class Duration>
struct random<std::chrono::time_point<Clock, Duration>> {
    static auto make(dice& d) {
        return std::chrono::time_point<Clock, Duration>{random_value<Duration>(d)};
    }
};
template <class Real>
struct random<std::complex<Real>> {
    static std::complex<Real> make(dice& d) {
        return {random_value<Real>(d), random_value<Real>(d)};
    }
};
template <std::size_t Bits>
struct random<std::bitset<Bits>> {
    static std::bitset<Bits> make(dice& d) { return std::bitset<Bits>{d()} << (d() % Bits); }
};
template <>
struct random<std::filesystem::path> {
    static std::filesystem::path make(dice& d) { return random_value<std::string>(d); }
};

// ---- the types of codec_types.hpp
// ----------------------------------------------------------------

template <>
struct random<std::monostate> {
    static std::monostate make(dice&) { return {}; }
};
template <>
struct random<nothing> {
    static nothing make(dice&) { return {}; }
};
template <>
struct random<point> {
    static point make(dice& d) { return {random_value<int>(d), random_value<int>(d)}; }
};
template <>
struct random<padded> {
    static padded make(dice& d) { return {random_value<char>(d), random_value<int>(d)}; }
};
template <>
struct random<with_c_arrays> {
    static with_c_arrays make(dice& d) {
        return {{'a', random_value<char>(d)},
                {{1, random_value<std::int16_t>(d)}, {random_value<std::int16_t>(d), 2}},
                {random_value<std::string>(d), random_value<std::string>(d)}};
    }
};
template <>
struct random<tree> {
    static tree make(dice& d, int levels = 3) {
        tree made{random_value<int>(d), {}};
        for (std::size_t left = levels > 0 ? random_count(d) : 0; left > 0; --left) {
            made.children.push_back(make(d, levels - 1));
        }
        return made;
    }
};
template <>
struct random<chain> {
    static chain make(dice& d) {
        chain made{random_value<int>(d), nullptr};
        for (std::size_t left = random_count(d); left > 0; --left) {
            made = chain{random_value<int>(d), std::make_unique<chain>(std::move(made))};
        }
        return made;
    }
};
template <>
struct random<account> {
    static account make(dice& d) {
        account made;
        made.owner = random_value<std::string>(d);
        made.deposits = random_value<std::vector<long>>(d);
        return made;
    }
};
template <>
struct random<secret> {
    static secret make(dice& d) { return {random_value<int>(d), random_value<std::string>(d)}; }
};
template <>
struct random<has_secret> {
    static has_secret make(dice& d) {
        return {random_value<int>(d), random_value<secret>(d),
                random_value<std::vector<secret>>(d)};
    }
};
template <>
struct random<celsius> {
    static celsius make(dice& d) { return celsius{random_value<double>(d)}; }
};
template <>
struct random<range> {
    static range make(dice& d) {
        return {random_value<std::string>(d), random_value<celsius>(d), random_value<celsius>(d)};
    }
};
template <>
struct random<station> {
    static station make(dice& d) {
        return {{'a', random_value<char>(d), 'c'},
                {random_value<point>(d), random_value<point>(d)},
                random_value<range>(d),
                random_value<std::vector<range>>(d)};
    }
};
template <>
struct random<expression> {
    static operand random_operand(dice& d, int levels) {
        if (levels == 0 || d() % 3 == 0) return random_value<int>(d);
        if (d() % 2 == 0) return random_value<std::string>(d);
        return std::make_unique<expression>(make(d, levels - 1));
    }
    static expression make(dice& d, int levels = 3) {
        expression made{random_operand(d, levels), random_operand(d, levels), {}, {}};
        for (std::size_t left = levels > 0 ? random_count(d) : 0; left > 0; --left) {
            if (d() % 2 == 0) made.named.emplace(random_value<std::string>(d), make(d, levels - 1));
            made.arguments.emplace_back();
            if (d() % 2 == 0) made.arguments.back().emplace(make(d, levels - 1));
        }
        return made;
    }
};
template <>
struct random<everything> {
    static everything make(dice& d) {
        return {random_value<bool>(d),
                random_value<double>(d),
                random_value<std::string>(d),
                random_value<std::vector<padded>>(d),
                random_value<std::map<std::string, std::optional<tree>>>(d),
                random_value<std::variant<std::monostate, int, account>>(d)};
    }
};

} // namespace tandem::test

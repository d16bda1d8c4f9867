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
    static std::array<T, Count> make(dice& d) {
        std::array<T, Count> made{};
        for (T& element : made) element = random_value<T>(d);
        return made;
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
        return d() % 2 ? std::make_unique<T>(random_value<T>(d)) : nullptr;
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

// ---- equality that looks behind pointers
// ---------------------------------------------------------

template <class T>
bool same(const T& a, const T& b) {
    return a == b;
}
template <class T>
bool same(const std::unique_ptr<T>& a, const std::unique_ptr<T>& b) {
    return !a == !b && (!a || same(*a, *b));
}
template <class T>
bool same(const std::shared_ptr<T>& a, const std::shared_ptr<T>& b) {
    return !a == !b && (!a || same(*a, *b));
}
template <class T>
bool same(const std::vector<std::unique_ptr<T>>& a, const std::vector<std::unique_ptr<T>>& b) {
    return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return same(x, y); });
}

template <class... Ts>
bool same(const std::tuple<Ts...>& a, const std::tuple<Ts...>& b) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return (same(std::get<I>(a), std::get<I>(b)) && ...);
    }(std::index_sequence_for<Ts...>{});
}

} // namespace tandem::test

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The types that the suites of the codec run over, as a table: the test bodies, which are long, are
// compiled once and not once per type.

#include <gtest/gtest.h>

#include <cctype>
#include <ostream>
#include <string>
#include <vector>

#include "codec_random.hpp"
#include "codec_same.hpp"

namespace tandem::test {

using bytes = std::vector<std::byte>;

/// What the suites do with one type.
struct subject {
    std::string_view name;
    bytes (*encode_random)(dice&);
    void (*decode)(std::span<const std::byte>);
    void (*decode_and_encode)(std::span<const std::byte>);
    bool (*survives_round_trip)(dice&, encoder&);
};

template <class T>
bool survives_round_trip(dice& d, encoder& out) {
    const T value = random_value<T>(d);
    out.clear();
    out.write(value);
    out.write(value);
    decoder in{out.bytes()};
    const T made = in.read<T>();
    bool survives = same(value, made);
    if constexpr (std::is_move_assignable_v<T>) {
        T overwritten = random_value<T>(d); // what it held before must be gone afterwards
        in.read_into(overwritten);
        survives = survives && same(value, overwritten);
    } else {
        survives = survives && same(value, in.read<T>());
    }
    in.expect_end();
    return survives;
}

template <class T>
subject subject_of() {
    return {detail::type_name<T>(), [](dice& d) { return encode(random_value<T>(d)); },
            [](std::span<const std::byte> from) { static_cast<void>(decode<T>(from)); },
            [](std::span<const std::byte> from) { static_cast<void>(encode(decode<T>(from))); },
            &survives_round_trip<T>};
}

template <class... Ts>
std::vector<subject> subjects_of(detail::type_list<Ts...>) {
    return {subject_of<Ts>()...};
}

inline std::string name_of(const ::testing::TestParamInfo<subject>& info) {
    std::string name{info.param.name};
    for (char& c : name) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
    }
    return std::to_string(info.index) + '_' + name;
}

inline std::ostream& operator<<(std::ostream& out, const subject& shown) {
    return out << shown.name; // for GoogleTest
}

using simple_types = detail::type_list<
    bool, char, signed char, unsigned char, wchar_t, char8_t, char16_t, char32_t, std::int16_t,
    std::uint16_t, int, unsigned, long, unsigned long, long long,
#ifdef __SIZEOF_INT128__
    detail::int128, detail::uint128,
#endif
    float, double, long double, std::byte, colour, plain_enum, std::monostate,
    std::chrono::nanoseconds, std::chrono::duration<double>, std::chrono::system_clock::time_point,
    std::chrono::steady_clock::time_point, std::chrono::sys_days, std::chrono::year_month_day,
    std::chrono::month_day, std::chrono::year, std::chrono::month, std::chrono::day,
    std::chrono::weekday, std::complex<double>, std::bitset<1>, std::bitset<8>, std::bitset<77>,
    std::pair<long, long>, std::tuple<>, std::tuple<char, bool, double>, std::array<int, 3>,
    std::array<bool, 3>, std::array<int, 0>, nothing, point, padded>;

using compound_types = detail::type_list<
    std::string, std::wstring, std::u8string, std::u16string, std::u32string, std::filesystem::path,
    std::vector<int>, std::vector<bool>, std::vector<point>, std::vector<padded>,
    std::vector<nothing>, std::vector<std::string>, std::vector<std::vector<short>>,
    std::vector<std::optional<std::array<int, 100>>>, std::vector<std::unique_ptr<point>>,
    std::deque<int>, std::deque<std::string>, std::vector<std::deque<char>>, std::list<char>,
    std::list<std::string>, std::forward_list<char>, std::set<int>, std::multiset<char>,
    std::map<int, std::string>, std::multimap<char, bool>, std::unordered_set<std::string>,
    std::unordered_multiset<char>, std::unordered_map<std::string, int>,
    std::unordered_multimap<int, nothing>, std::array<std::string, 3>,
    std::pair<std::string, std::vector<int>>, std::tuple<std::string, int, std::unique_ptr<int>>,
    std::optional<int>, std::optional<std::string>, std::variant<std::monostate, int, std::string>,
    std::variant<secret, int>, std::expected<int, std::string>, std::expected<void, colour>,
    std::unique_ptr<int>, std::unique_ptr<std::string>, std::shared_ptr<std::vector<int>>,
    std::shared_ptr<nothing>, std::unique_ptr<const tree>, std::vector<std::shared_ptr<point>>,
    std::set<std::vector<std::string>>, std::map<std::string, std::map<int, std::unique_ptr<int>>>,
    std::unordered_map<int, std::vector<bool>>, std::vector<std::pair<const int, std::string>>,
    std::array<range, 2>, std::optional<celsius>, std::map<int, celsius>, std::forward_list<range>,
    std::variant<celsius, int>, std::expected<celsius, range>, std::unique_ptr<range>,
    with_c_arrays, tree, chain, account, secret, has_secret, celsius, range, station, expression,
    everything>;

inline bytes bytes_of(auto... values) { return {static_cast<std::byte>(values)...}; }

} // namespace tandem::test

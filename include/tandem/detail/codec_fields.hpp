// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// The members of a plain aggregate, without a macro.
//
// Boost.PFR gives the references to the members; the counting is done here, because PFR 1.81
//   counts the elements of a C array as members and then fails in its own header,
//   stops the compiler (instead of answering no) when it meets a base class,
//   tries sizeof(T) * 4 initialisers first: 17 s of clang 19 for one member of 160 kB.
//
// Counting  the most initialisers that T{probe, probe, ...} accepts. A C array takes one
//           probe per element (brace elision), so each position is then tried with {} in its place:
//           {} stands for the whole array.

#include <boost/pfr/core.hpp>
#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tandem::detail {

template <class...>
struct type_list {};

// Converts to a new object of any type, so that nothing is copied: clang would instantiate the copy
// constructor of a member such as std::vector<std::unique_ptr<int>>, which exists but cannot be
// compiled. Never defined, only named in unevaluated expressions.
struct probe {
    std::size_t ignored;
    template <class Member>
    operator Member() const&&;
};

template <class T>
struct base_probe {
    template <class Base>
        requires(std::is_base_of_v<Base, T> && !std::same_as<Base, T>)
    operator Base() const&&;
};

inline constexpr std::size_t max_initialisers = 256;
inline constexpr std::size_t max_members = 100; // what Boost.PFR 1.81 can bind

template <class T, std::size_t Count>
consteval bool takes_initialisers() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        return requires { T{probe{I}...}; };
    }(std::make_index_sequence<Count>{});
}

// Too few initialisers are refused too if a later member has no default, so the search goes on
// until the first count that works and from there to the last.
template <class T, std::size_t Count = 0, bool Found = false>
consteval std::size_t initialiser_count() {
    constexpr bool fits = takes_initialisers<T, Count>();
    if constexpr (Found && !fits) {
        return Count - 1;
    } else if constexpr (Count == max_initialisers) {
        return Count;
    } else {
        return initialiser_count<T, Count + 1, fits>();
    }
}

template <class T, std::size_t Before, std::size_t After>
consteval bool takes_braces_between() {
    return []<std::size_t... B, std::size_t... A>(std::index_sequence<B...>,
                                                  std::index_sequence<A...>) {
        return requires { T{probe{B}..., {}, probe{A}...}; };
    }(std::make_index_sequence<Before>{}, std::make_index_sequence<After>{});
}

// How many of the `Total` initialisers belong to the member that starts at `First`.
template <class T, std::size_t Total, std::size_t First, std::size_t Extent = 1>
consteval std::size_t initialisers_of_member() {
    if constexpr (First + Extent > Total) {
        return 1; // not an array: a member that {} cannot initialise
    } else if constexpr (takes_braces_between<T, First, Total - First - Extent>()) {
        return Extent;
    } else {
        return initialisers_of_member<T, Total, First, Extent + 1>();
    }
}

template <class T, std::size_t Total, std::size_t First = 0, std::size_t Members = 0>
consteval std::size_t member_count() {
    if constexpr (First >= Total) {
        return Members;
    } else {
        constexpr auto taken = initialisers_of_member<T, Total, First>();
        return member_count<T, Total, First + taken, Members + 1>();
    }
}

/// Members of the aggregate `T`; a C array is one member.
template <class T>
inline constexpr std::size_t field_count =
    std::is_empty_v<T> ? 0 : member_count<T, initialiser_count<T>()>();

template <class T>
consteval bool has_base_class() {
    if constexpr (std::is_empty_v<T>) {
        return requires { T{base_probe<T>{}}; };
    } else {
        return []<std::size_t... I>(std::index_sequence<0, I...>) {
            return requires { T{base_probe<T>{}, probe{I}...}; };
        }(std::make_index_sequence<initialiser_count<T>()>{});
    }
}

template <class T>
concept simple_aggregate = std::is_aggregate_v<T> && std::is_class_v<T> && !std::is_array_v<T>;

// boost::pfr::structure_tie() would count again in PFR's way; the binding below it is the same.
template <class T>
constexpr auto tie_fields(T& value) {
    constexpr std::size_t count = field_count<std::remove_const_t<T>>;
    return boost::pfr::detail::tie_as_tuple(value, boost::pfr::detail::size_t_<count>{});
}

template <class Tie>
struct fields_of_tie;
template <class... Fields>
struct fields_of_tie<boost::pfr::detail::sequence_tuple::tuple<Fields...>> {
    using type = type_list<std::remove_reference_t<Fields>...>;
};

/// The types of the members of the aggregate `T`, in order.
template <class T>
using field_types = typename fields_of_tie<decltype(tie_fields(std::declval<T&>()))>::type;

/// Calls `visit(member)` for each member of `value`, in order.
template <class T, class Visitor>
constexpr void for_each_field(T& value, Visitor&& visit) {
    constexpr std::size_t count = field_count<std::remove_const_t<T>>;
    if constexpr (count > 0) {
        auto fields = tie_fields(value);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            (visit(boost::pfr::detail::sequence_tuple::get<I>(fields)), ...);
        }(std::make_index_sequence<count>{});
    }
}

} // namespace tandem::detail

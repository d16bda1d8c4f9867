// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Which types may cross to another process, and for the others: why not.

#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>

#include "tandem/detail/codec_associative.hpp"
#include "tandem/detail/codec_choices.hpp"
#include "tandem/detail/codec_containers.hpp"
#include "tandem/detail/codec_products.hpp"
#include "tandem/detail/codec_scalars.hpp"

namespace tandem {
namespace detail {

enum class verdict : std::uint8_t {
    portable,
    raw_pointer,
    reference,
    view,
    reference_wrapper,
    function_wrapper,
    c_array,
    qualified,
    non_owning_pointer,
    polymorphic,
    no_default_constructor,
    base_class,
    not_assignable,
    too_many_members,
    unknown,
};

template <class T>
inline constexpr verdict refusal = verdict::portable;
template <class Char, class Traits>
inline constexpr verdict refusal<std::basic_string_view<Char, Traits>> = verdict::view;
template <class T, std::size_t Extent>
inline constexpr verdict refusal<std::span<T, Extent>> = verdict::view;
template <class T>
inline constexpr verdict refusal<std::initializer_list<T>> = verdict::view;
template <class T>
inline constexpr verdict refusal<std::reference_wrapper<T>> = verdict::reference_wrapper;
template <class R, class... Args>
inline constexpr verdict refusal<std::function<R(Args...)>> = verdict::function_wrapper;
template <class Signature>
inline constexpr verdict refusal<std::move_only_function<Signature>> = verdict::function_wrapper;
template <class T>
inline constexpr verdict refusal<std::weak_ptr<T>> = verdict::non_owning_pointer;
template <class T, class Deleter>
inline constexpr verdict refusal<std::unique_ptr<T, Deleter>> =
    std::is_polymorphic_v<T> && !std::is_final_v<T>                   ? verdict::polymorphic
    : owned_whole<T> && std::same_as<Deleter, std::default_delete<T>> ? verdict::portable
                                                                      : verdict::non_owning_pointer;
template <class T>
inline constexpr verdict refusal<std::shared_ptr<T>> =
    std::is_polymorphic_v<T> && !std::is_final_v<T> ? verdict::polymorphic
    : owned_whole<T>                                ? verdict::portable
                                                    : verdict::non_owning_pointer;

template <class T>
consteval verdict verdict_by_category() {
    using pointee = std::remove_reference_t<T>;
    if (std::is_pointer_v<T> || std::is_member_pointer_v<T> || std::is_null_pointer_v<T> ||
        std::is_function_v<pointee>) {
        return verdict::raw_pointer;
    }
    if (std::is_reference_v<T>) return verdict::reference;
    if (std::is_array_v<T>) return verdict::c_array;
    if (!std::same_as<T, std::remove_cv_t<T>>) return verdict::qualified;
    return refusal<T>;
}

template <class T>
consteval verdict verdict_without_traits() {
    if constexpr (std::ranges::enable_view<T>) {
        return verdict::view;
    } else if constexpr (has_serialize<T> || !simple_aggregate<T>) {
        return verdict::unknown;
    } else if constexpr (!std::is_move_assignable_v<T>) {
        return verdict::not_assignable;
    } else if constexpr (has_base_class<T>()) {
        return verdict::base_class;
    } else {
        return verdict::too_many_members;
    }
}

template <class T>
concept has_traits = requires { typename codec_traits<T>::parts; };

// `Seen` are the types around T: a type that contains itself is portable if all else in it is.
template <class T, class... Seen>
consteval verdict verdict_of();

template <class... Parts, class... Seen>
consteval verdict first_refusal(type_list<Parts...>, type_list<Seen...>) {
    const verdict verdicts[] = {verdict::portable,
                                verdict_of<std::remove_all_extents_t<Parts>, Seen...>()...};
    for (const verdict found : verdicts) {
        if (found != verdict::portable) return found;
    }
    return verdict::portable;
}

template <class T, class... Seen>
consteval verdict verdict_of() {
    constexpr verdict category = verdict_by_category<T>();
    if constexpr ((std::same_as<T, Seen> || ...)) {
        return verdict::portable;
    } else if constexpr (category != verdict::portable) {
        return category;
    } else if constexpr (!has_traits<T>) {
        return verdict_without_traits<T>();
    } else if constexpr (has_serialize<T> && !has_deserialize<T> && !constructible_by_access<T>) {
        return verdict::no_default_constructor;
    } else {
        return first_refusal(typename codec_traits<T>::parts{}, type_list<T, Seen...>{});
    }
}

} // namespace detail

/// A type whose values can be copied to another process:
///   numbers, bool, characters, std::byte, enums;
///   std:: strings, containers, array, pair, tuple, optional, variant, expected, complex, bitset,
///   chrono durations, time points and dates, filesystem::path;
///   unique_ptr and shared_ptr with the default deleter, null or not, by value: owners in the other
///   process share nothing with owners here;
///   aggregates without base classes of up to 100 such members;
///   classes with a member
///   `template <class Archive> void serialize(Archive& archive) { archive(a, b, c); }`
///   and a default constructor. A class without one has, beside serialize(), which then only
///   writes, a way to make a value:
///   `template <class Archive> static T deserialize(Archive& archive)`
///   `{ int a; archive(a); auto b = archive.template read<other>(); return T{a, std::move(b)}; }`.
///   All of these may be private if the class befriends tandem::access. A derived class needs its
///   own.
template <class T>
concept portable = detail::verdict_of<T>() == detail::verdict::portable;

namespace detail {

/// Fails to compile, with the reason, unless T is portable.
template <class T>
consteval void require_portable() {
    constexpr verdict found = verdict_of<T>();
    static_assert(found != verdict::raw_pointer,
                  "tandem: a raw pointer cannot cross to another process: pass what it points to "
                  "(std::string for a string literal)");
    static_assert(found != verdict::reference,
                  "tandem: a reference cannot cross to another process: pass a value");
    static_assert(found != verdict::view,
                  "tandem: a view (std::string_view, std::span) does not own what it shows: pass "
                  "std::string or std::vector");
    static_assert(found != verdict::reference_wrapper,
                  "tandem: std::reference_wrapper refers to an object of this process: pass the "
                  "value and return what has changed");
    static_assert(found != verdict::function_wrapper,
                  "tandem: std::function hides what it holds: pass a function pointer or a lambda "
                  "that captures values as the callable itself");
    static_assert(
        found != verdict::c_array,
        "tandem: a C array cannot be passed by value: use std::string, std::array or std::vector");
    static_assert(found != verdict::qualified,
                  "tandem: a const or volatile type cannot be read into: pass the plain type");
    static_assert(found != verdict::non_owning_pointer,
                  "tandem: only std::unique_ptr<T> and std::shared_ptr<T> with the default deleter "
                  "and a single complete object are portable pointers");
    static_assert(found != verdict::polymorphic,
                  "tandem: a pointer to a polymorphic class would lose the derived part: use "
                  "std::variant");
    static_assert(
        found != verdict::no_default_constructor,
        "tandem: a class with serialize() needs a default constructor, which may be private "
        "if the class says `friend tandem::access;`, or else a static member "
        "`template <class Archive> static T deserialize(Archive&)`");
    static_assert(found != verdict::base_class,
                  "tandem: an aggregate with a base class is not portable: make the base a member "
                  "or give the class a serialize() member");
    static_assert(found != verdict::not_assignable,
                  "tandem: an aggregate with a reference, a const member or a member that cannot "
                  "be moved is not portable");
    static_assert(found != verdict::too_many_members,
                  "tandem: an aggregate of more than 100 members is not portable: group them or "
                  "give it a serialize() member");
    static_assert(found != verdict::unknown,
                  "tandem: this type is not portable: make it an aggregate of portable members or "
                  "give it a serialize() member");
}

} // namespace detail
} // namespace tandem

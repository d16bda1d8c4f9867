// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Which callables may cross to another process, and how.

#include <array>
#include <bit>
#include <concepts>
#include <cstring>
#include <span>
#include <type_traits>

#include "tandem/codec.hpp"
#include "tandem/detail/thunk.hpp"

namespace tandem {

namespace detail {

template <class F>
concept function_pointer = std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>;

/// Nothing travels: the type says it all, and every process can make one of its own.
template <class F>
concept stateless_callable =
    std::is_class_v<F> && std::is_empty_v<F> && std::is_default_constructible_v<F>;

/// A closure whose bytes mean the same everywhere. A closure that captures by reference is not
/// standard-layout with g++ and clang, which is how it is refused.
template <class F>
concept plain_closure = std::is_class_v<F> && !std::is_aggregate_v<F> &&
                        std::is_trivially_copyable_v<F> && std::is_standard_layout_v<F>;

} // namespace detail

/// A callable that may cross to another process: a function pointer; a lambda without captures; a
/// closure that is trivially copyable and standard-layout, so one that captures plain values by
/// copy (captured *pointers* pass this check, but point nowhere in the other process); a function
/// object whose members are portable; mp::fn<&type::member>. Pass everything else as an argument.
template <class F>
concept portable_callable = detail::function_pointer<F> || detail::stateless_callable<F> ||
                            detail::plain_closure<F> || (std::is_class_v<F> && portable<F>);

namespace detail {

/// What a task leaves when its callable returns void.
struct nothing {};

template <class R>
using storable = std::conditional_t<std::is_void_v<R>, nothing, R>;

template <class Returned>
consteval bool require_portable_result() {
    using result = storable<std::decay_t<Returned>>;
    require_portable<result>();
    return portable<result>;
}

template <class F>
inline constexpr bool wraps_function = refusal<F> == verdict::function_wrapper;

/// A class that can only cross byte by byte, as lambdas do: its members cannot be listed.
template <class F>
concept closed_class =
    std::is_class_v<F> && !std::is_aggregate_v<F> && !has_serialize<F> && !wraps_function<F>;

/// Fails to compile, with the reason, unless F is a portable_callable.
template <class F>
consteval void require_portable_callable() {
    static_assert(!std::is_member_pointer_v<F>,
                  "tandem: a pointer to a member cannot cross to another process: pass "
                  "mp::fn<&type::member>");
    static_assert(!wraps_function<F>,
                  "tandem: std::function hides what it holds: pass the "
                  "function, lambda or function object itself");
    static_assert(!closed_class<F> || portable_callable<F> || std::is_trivially_copyable_v<F>,
                  "tandem: this lambda captures what cannot be copied byte by byte, such as a "
                  "std::string: pass that as an argument instead");
    static_assert(!closed_class<F> || portable_callable<F> || !std::is_trivially_copyable_v<F>,
                  "tandem: this lambda captures by reference, and what it refers to is not there "
                  "in another process: capture by value, or pass it as an argument (a process may "
                  "be a fork: mp::process{mp::forked, f})");
    if constexpr (std::is_class_v<F> && !closed_class<F> && !portable_callable<F>)
        require_portable<F>(); // a function object: which member it is
    static_assert(portable_callable<F> || std::is_class_v<F> || std::is_member_pointer_v<F>,
                  "tandem: this is not a callable: pass a function, a lambda or a function object "
                  "first, then what it is called with");
}

/// Fails to compile, with the reason, unless F can be called with these arguments in another
/// process and what it returns can come back. True if it can.
template <class F, class... Args>
consteval bool require_portable_call() {
    require_portable_callable<F>();
    (require_portable<std::remove_cvref_t<Args>>(), ...);
    if constexpr (portable_callable<F> && (portable<std::remove_cvref_t<Args>> && ...)) {
        constexpr bool fits = std::is_invocable_v<F&, Args...>;
        static_assert(fits,
                      "tandem: the callable cannot be called with these arguments: their "
                      "number and types must fit, and it must take them by value or by "
                      "const reference, since it gets copies");
        if constexpr (fits) return require_portable_result<std::invoke_result_t<F&, Args...>>();
    }
    return false;
}

template <class F>
void encode_callable(encoder& out, const F& callable) {
    if constexpr (function_pointer<F>) {
        write_function(out, reinterpret_cast<std::uintptr_t>(callable));
    } else if constexpr (plain_closure<F> && !stateless_callable<F>) {
        out.write_bytes(std::as_bytes(std::span{&callable, 1}));
    } else if constexpr (!stateless_callable<F>) {
        out.write(callable);
    }
}

/// A callable decoded in a worker. A closure cannot be default-constructed, so its bytes live here.
template <class F>
class decoded_callable {
public:
    explicit decoded_callable(decoder& in) : callable_{decode(in)} {}
    [[nodiscard]] F& get() noexcept { return callable_; }

private:
    static F decode(decoder& in) {
        if constexpr (function_pointer<F>) {
            const auto address = read_function(in);
            return reinterpret_cast<F>(address); // NOLINT(performance-no-int-to-ptr)
        } else if constexpr (stateless_callable<F>) {
            return F{};
        } else if constexpr (plain_closure<F>) {
            std::array<std::byte, sizeof(F)> bytes;
            std::memcpy(bytes.data(), in.read_bytes(sizeof(F)).data(), sizeof(F));
            return std::bit_cast<F>(bytes);
        } else {
            return in.read<F>();
        }
    }

    F callable_;
};

} // namespace detail
} // namespace tandem

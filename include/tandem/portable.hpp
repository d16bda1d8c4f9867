// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Which callables may cross to another process, and how.

#include <concepts>
#include <cstring>
#include <functional>
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
/// object whose members are portable. Pass everything else as an argument.
template <class F>
concept portable_callable = detail::function_pointer<F> || detail::stateless_callable<F> ||
                            detail::plain_closure<F> || (std::is_class_v<F> && portable<F>);

namespace detail {

template <class F>
consteval void require_portable_callable() {
    static_assert(!std::is_member_pointer_v<F>,
                  "tandem: a member pointer cannot cross to another process: wrap it in a lambda");
    static_assert(portable_callable<F>,
                  "tandem: this callable cannot cross to another process: use a function, a lambda "
                  "that captures nothing or plain values by copy, or a function object with "
                  "portable members, and pass the rest as arguments");
}

template <class F>
void encode_callable(encoder& out, const F& callable) {
    if constexpr (function_pointer<F>) {
        out.write(identify_code(reinterpret_cast<std::uintptr_t>(callable)));
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
            const auto address = locate_function(in.read<code_id>());
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

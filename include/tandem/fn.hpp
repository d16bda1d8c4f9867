// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <type_traits>
#include <utility>

namespace tandem {

/// The type of fn<Callable>. It has no state: it crosses to another process as its type alone.
template <auto Callable>
struct constant_callable {
    static_assert(std::is_member_pointer_v<decltype(Callable)> ||
                      std::is_function_v<std::remove_pointer_t<decltype(Callable)>>,
                  "tandem: mp::fn takes a function, a member function or a data member: "
                  "mp::fn<&shape::area>");
    static_assert(Callable != nullptr);

    template <class... Args>
        requires std::is_invocable_v<decltype(Callable), Args...>
    constexpr decltype(auto) operator()(Args&&... args) const
        noexcept(std::is_nothrow_invocable_v<decltype(Callable), Args...>) {
        return std::invoke(Callable, std::forward<Args>(args)...);
    }
};

/// A function, a member function or a data member as a function object that can cross to another
/// process: `pool.map(mp::fn<&shape::area>, shapes)`. The object that a member belongs to is the
/// first argument, by value or by an owning pointer. Say which one of overloaded functions is meant
/// with a cast: `mp::fn<static_cast<double (shape::*)() const>(&shape::area)>`.
///
/// Source  std::function_ref and std::nontype of C++26, which name a callable in the same way.
template <auto Callable>
inline constexpr constant_callable<Callable> fn{};

} // namespace tandem

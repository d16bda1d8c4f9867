// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// on_error::substitute, where a result's type is known.

#include <concepts>
#include <exception>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <typeinfo>

#include "tandem/detail/export.hpp"
#include "tandem/on_error.hpp"
#include "tandem/portable.hpp"

namespace tandem::detail {

/// True of what is no matter of one item: the call was cancelled, or the pool has no workers.
[[nodiscard]] TANDEM_EXPORT bool ends_the_call(const std::exception_ptr& error) noexcept;

/// The number as an R, nullopt if R has no such value.
template <class R>
std::optional<R> to_number_of(stand_in::widest number) noexcept {
    if constexpr (std::floating_point<R>) return static_cast<R>(number);
    using limits = std::numeric_limits<R>;
    const bool fits = number >= static_cast<stand_in::widest>(limits::lowest()) &&
                      number <= static_cast<stand_in::widest>(limits::max());
    if (!fits) return std::nullopt;
    const auto converted = static_cast<R>(number);
    if (static_cast<stand_in::widest>(converted) != number) return std::nullopt;
    return converted;
}

/// The substitute of a policy as a result of a call; nullopt if the policy has none.
/// \throws std::invalid_argument if it is of another type.
template <class R>
std::optional<storable<R>> substitute_for(const error_policy& policy) {
    const auto* value = policy_parts::stand_in_of(policy);
    if (value == nullptr) return std::nullopt;
    if constexpr (!std::is_void_v<R> && std::copy_constructible<R>)
        if (value->type() == typeid(R)) return *static_cast<const R*>(value->address());
    if constexpr (std::is_arithmetic_v<R>)
        if (value->number() != nullptr)
            if (auto converted = to_number_of<R>(*value->number())) return converted;
    throw std::invalid_argument{
        "on_error::substitute: a value of type " + std::string{value->type_name()} +
        " cannot stand in for a result of type " + std::string{type_name<R>()}};
}

} // namespace tandem::detail

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// same(a, b): equality that looks behind pointers.

#include <algorithm>

#include "codec_types.hpp"

namespace tandem::test {

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
    requires(!std::same_as<T, bool>)
bool same(const std::vector<T>& a, const std::vector<T>& b) {
    return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return same(x, y); });
}
template <class Key, class Value>
bool same(const std::map<Key, Value>& a, const std::map<Key, Value>& b) {
    return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
        return x.first == y.first && same(x.second, y.second);
    });
}

inline bool same(const expression& a, const expression& b);

inline bool same(const operand& a, const operand& b) {
    if (a.index() != b.index()) return false;
    const auto same_as_in_b = [&]<class T>(const T& held) { return same(held, std::get<T>(b)); };
    return std::visit(same_as_in_b, a);
}
inline bool same(const expression& a, const expression& b) {
    const auto both = [](const auto& x, const auto& y) { return !x == !y && (!x || same(*x, *y)); };
    return same(a.left, b.left) && same(a.right, b.right) &&
           std::ranges::equal(a.arguments, b.arguments, both) && same(a.named, b.named);
}

template <class... Ts>
bool same(const std::tuple<Ts...>& a, const std::tuple<Ts...>& b) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return (same(std::get<I>(a), std::get<I>(b)) && ...);
    }(std::index_sequence_for<Ts...>{});
}

} // namespace tandem::test

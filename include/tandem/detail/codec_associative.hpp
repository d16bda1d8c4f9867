// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#pragma once

// Sets and maps: the elements in the order of iteration. A reader takes them in any order and
// refuses a key that comes twice where keys are unique.

#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "tandem/detail/codec_containers.hpp"

namespace tandem::detail {

// Two pointers, and at most 16 bytes per element for the table of buckets.
inline constexpr std::size_t hash_node_header = 4 * sizeof(void*);
// Three pointers and a colour.
inline constexpr std::size_t tree_node_header = 4 * sizeof(void*);

template <class Container, class Element, std::size_t NodeHeader, bool UniqueKeys>
struct associative_traits {
    static constexpr bool fixed = false;
    static constexpr bool bitwise = false;
    static constexpr std::size_t min_size = count_size;
    static constexpr std::size_t footprint =
        node_footprint<typename Container::value_type>(NodeHeader);
    using codec = element_codec<Container, Element>;

    static void write(auto& out, const Container& value) {
        codec::write(out, value, value.size(), footprint);
    }
    static void read(auto& in, Container& value) {
        value.clear();
        std::size_t expected = 0;
        const auto prepare = [&](std::size_t count) {
            expected = count;
            if constexpr (requires { value.reserve(count); }) value.reserve(count);
        };
        codec::read(in, footprint, prepare, [&](auto& source) {
            value.emplace_hint(value.end(), make_value<Element>(source));
        });
        if (UniqueKeys && value.size() != expected) {
            in.template fail<Container>("a key comes twice");
        }
    }
};

template <class Key, class Container, std::size_t NodeHeader, bool UniqueKeys>
struct set_traits : associative_traits<Container, Key, NodeHeader, UniqueKeys> {
    using parts = type_list<Key>;
};

template <class Container, std::size_t NodeHeader, bool UniqueKeys>
struct map_traits
    : associative_traits<Container, typename Container::value_type, NodeHeader, UniqueKeys> {
    using parts = type_list<typename Container::key_type, typename Container::mapped_type>;
};

template <class Key, class Compare, class Allocator>
struct codec_traits<std::set<Key, Compare, Allocator>>
    : set_traits<Key, std::set<Key, Compare, Allocator>, tree_node_header, true> {};

template <class Key, class Compare, class Allocator>
struct codec_traits<std::multiset<Key, Compare, Allocator>>
    : set_traits<Key, std::multiset<Key, Compare, Allocator>, tree_node_header, false> {};

template <class Key, class Hash, class Equal, class Allocator>
struct codec_traits<std::unordered_set<Key, Hash, Equal, Allocator>>
    : set_traits<Key, std::unordered_set<Key, Hash, Equal, Allocator>, hash_node_header, true> {};

template <class Key, class Hash, class Equal, class Allocator>
struct codec_traits<std::unordered_multiset<Key, Hash, Equal, Allocator>>
    : set_traits<Key, std::unordered_multiset<Key, Hash, Equal, Allocator>, hash_node_header,
                 false> {};

template <class Key, class Value, class Compare, class Allocator>
struct codec_traits<std::map<Key, Value, Compare, Allocator>>
    : map_traits<std::map<Key, Value, Compare, Allocator>, tree_node_header, true> {};

template <class Key, class Value, class Compare, class Allocator>
struct codec_traits<std::multimap<Key, Value, Compare, Allocator>>
    : map_traits<std::multimap<Key, Value, Compare, Allocator>, tree_node_header, false> {};

template <class Key, class Value, class Hash, class Equal, class Allocator>
struct codec_traits<std::unordered_map<Key, Value, Hash, Equal, Allocator>>
    : map_traits<std::unordered_map<Key, Value, Hash, Equal, Allocator>, hash_node_header, true> {};

template <class Key, class Value, class Hash, class Equal, class Allocator>
struct codec_traits<std::unordered_multimap<Key, Value, Hash, Equal, Allocator>>
    : map_traits<std::unordered_multimap<Key, Value, Hash, Equal, Allocator>, hash_node_header,
                 false> {};

} // namespace tandem::detail

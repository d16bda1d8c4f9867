// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// What is portable and what is not; most of it is decided when this file is compiled.

#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <ranges>
#include <stack>

#include "codec_types.hpp"

namespace tandem::test {
namespace {

using detail::verdict;
using detail::verdict_of;

// ---- portable
// ------------------------------------------------------------------------------------

static_assert(portable<tree> && portable<chain> && portable<everything> && portable<has_secret>);
static_assert(portable<with_c_arrays>);
static_assert(portable<std::vector<std::unique_ptr<chain>>>);

static_assert(portable<expression> && portable<operand>);

struct even;
struct odd {
    std::vector<even> next;
};
struct even {
    std::vector<odd> next;
};
static_assert(portable<even> && portable<odd>);

class node { // recursive, with serialize()
    std::vector<node> children_;

public:
    template <class Archive>
    void serialize(Archive& archive) {
        archive(children_);
    }
};
static_assert(portable<node>);

struct derived_with_serialize : tree {
    template <class Archive>
    void serialize(Archive& archive) {
        archive(value, children);
    }
};
static_assert(portable<derived_with_serialize>);

struct final_and_virtual final {
    virtual ~final_and_virtual() = default;
    template <class Archive>
    void serialize(Archive&) {}
};
static_assert(portable<std::unique_ptr<final_and_virtual>>);
static_assert(portable<std::shared_ptr<const tree>>);

static_assert(portable<celsius> && portable<range> && portable<station>);

struct wide { // a member of 800 kB: the compiler must not count in steps of bytes
    std::array<double, 100'000> weights;
    int step;
};
static_assert(portable<wide> && detail::bitwise<std::array<int, 3>>);

// ---- copied as a block, or not
// -------------------------------------------------------------------

static_assert(detail::bitwise<point> && detail::bitwise<std::array<point, 4>>);
static_assert(!detail::bitwise<padded>, "padding would carry old memory to the other process");
static_assert(!detail::bitwise<long double>, "six bytes of padding");
static_assert(!detail::bitwise<bool>, "only two of its values may be read back");
static_assert(detail::fixed<padded> && detail::min_size<padded> == 5);

// ---- not portable, and the reason
// ----------------------------------------------------------------

static_assert(verdict_of<int*>() == verdict::raw_pointer);
static_assert(verdict_of<const char*>() == verdict::raw_pointer);
static_assert(verdict_of<void (*)(int)>() == verdict::raw_pointer);
static_assert(verdict_of<int tree::*>() == verdict::raw_pointer);
static_assert(verdict_of<std::nullptr_t>() == verdict::raw_pointer);
static_assert(verdict_of<std::vector<int*>>() == verdict::raw_pointer);
static_assert(verdict_of<std::map<int, std::optional<char*>>>() == verdict::raw_pointer);
static_assert(verdict_of<int&>() == verdict::reference);
static_assert(verdict_of<std::tuple<int&>>() == verdict::reference);
static_assert(verdict_of<std::string_view>() == verdict::view);
static_assert(verdict_of<std::vector<std::wstring_view>>() == verdict::view);
static_assert(verdict_of<std::span<int>>() == verdict::view);
static_assert(verdict_of<std::initializer_list<int>>() == verdict::view);
static_assert(verdict_of<std::reference_wrapper<int>>() == verdict::reference_wrapper);
static_assert(verdict_of<std::function<int(int)>>() == verdict::function_wrapper);
static_assert(verdict_of<int[3]>() == verdict::c_array);
static_assert(verdict_of<const int>() == verdict::qualified);
static_assert(verdict_of<std::weak_ptr<int>>() == verdict::non_owning_pointer);
static_assert(verdict_of<std::unique_ptr<int[]>>() == verdict::non_owning_pointer);
static_assert(verdict_of<std::unique_ptr<int, void (*)(int*)>>() == verdict::non_owning_pointer);
static_assert(verdict_of<std::shared_ptr<void>>() == verdict::non_owning_pointer);
static_assert(verdict_of<std::unique_ptr<std::exception>>() == verdict::polymorphic);
static_assert(verdict_of<std::shared_ptr<std::exception>>() == verdict::polymorphic);
static_assert(verdict_of<std::mutex>() == verdict::unknown);
static_assert(verdict_of<std::exception>() == verdict::unknown);
static_assert(verdict_of<std::stack<int>>() == verdict::unknown);
static_assert(verdict_of<std::vector<std::mutex>>() == verdict::unknown);

struct holds_pointer {
    int length;
    const char* text;
};
struct holds_view {
    std::vector<holds_pointer> rows;
};
struct holds_reference {
    int& target;
};
struct holds_const_reference {
    const std::string& target;
    int more;
};
struct holds_const {
    const int fixed;
};
struct holds_mutex {
    std::mutex lock;
};
struct derived : tree {
    int more;
};
union number {
    int whole;
    float real;
};
struct no_default {
    explicit no_default(int) {}
    template <class Archive>
    void serialize(Archive&) {}
};
struct makes_another : no_default { // what deserialize() returns is not it
    using no_default::no_default;
    template <class Archive>
    static no_default deserialize(Archive&);
};
static_assert(verdict_of<holds_pointer>() == verdict::raw_pointer);
static_assert(verdict_of<holds_view>() == verdict::raw_pointer);
static_assert(verdict_of<holds_reference>() == verdict::not_assignable);
static_assert(verdict_of<holds_const_reference>() == verdict::not_assignable);
static_assert(verdict_of<holds_const>() == verdict::not_assignable);
static_assert(verdict_of<holds_mutex>() == verdict::not_assignable);
static_assert(verdict_of<derived>() == verdict::base_class);
static_assert(verdict_of<number>() == verdict::unknown);
static_assert(verdict_of<no_default>() == verdict::no_default_constructor);
static_assert(verdict_of<makes_another>() == verdict::no_default_constructor);
static_assert(verdict_of<std::ranges::take_view<std::ranges::ref_view<std::vector<int>>>>() ==
              verdict::view);

// In a requires-clause the concept chooses, and does not stop the compiler.
template <class T>
constexpr bool chosen(const T&) {
    return false;
}
template <portable T>
constexpr bool chosen(const T&) {
    return true;
}

TEST(Portable, ChoosesAnOverload) {
    EXPECT_TRUE(chosen(tree{}));
    EXPECT_FALSE(chosen("a pointer"));
    EXPECT_FALSE(chosen(std::string_view{}));
}

// An optional of a large type must cost as many bytes as keep its memory within bounds.
TEST(Portable, ElementsOfManyBytesCarryBallast) {
    using large = std::optional<std::array<char, 1599>>;
    ASSERT_EQ(sizeof(large), 1600U);

    EXPECT_EQ(encode(std::vector<large>(3)).size(),
              8 + std::size_t{3} * 1600 / detail::memory_per_byte);
    EXPECT_EQ(encode(std::vector<int>(3)).size(), 8 + 3 * sizeof(int));
}

} // namespace
} // namespace tandem::test

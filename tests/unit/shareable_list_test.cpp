// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "tandem/shareable_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/carrier.hpp"
#include "support/fd_census.hpp"
#include "support/memory_name.hpp"
#include "tandem/process.hpp"

namespace tandem {
namespace {

using namespace std::string_literals;
using item = shareable_list::item;
using bytes = std::vector<std::byte>;
using testing::ElementsAre;
using testing::HasSubstr;

const bytes two_bytes{std::byte{1}, std::byte{2}};

/// One of each kind, in the order of the layout test.
shareable_list one_of_each() {
    return {1, -2.5, true, std::monostate{}, "text", "12345678", two_bytes, ""};
}

class ShareableList : public test::fd_census {};

// What Python 3.11 makes of the same items.
TEST_F(ShareableList, LayoutIsPythonsByteForByte) {
    const std::string words[] = {
        "\x08\0\0\0\0\0\0\0"s, // how many
        "\0\0\0\0\0\0\0\0"s,
        "\x08\0\0\0\0\0\0\0"s,
        "\x10\0\0\0\0\0\0\0"s,
        "\x18\0\0\0\0\0\0\0"s,
        "\x20\0\0\0\0\0\0\0"s,
        "\x28\0\0\0\0\0\0\0"s,
        "\x38\0\0\0\0\0\0\0"s,
        "\x40\0\0\0\0\0\0\0"s,
        "\x48\0\0\0\0\0\0\0"s, // where
        "\x01\0\0\0\0\0\0\0"s,
        "\0\0\0\0\0\0\x04\xc0"s,
        "\0\0\0\0\0\0\0\x01"s,
        "\0\0\0\0\0\0\0\0"s,
        "text\0\0\0\0"s,
        "12345678"s,
        "\0\0\0\0\0\0\0\0"s,
        "\x01\x02\0\0\0\0\0\0"s,
        "\0\0\0\0\0\0\0\0"s, // items
        "q\0\0\0\0\0\0\0"s,
        "d\0\0\0\0\0\0\0"s,
        "xxxxxxx?"s,
        "xxxxxx?x"s,
        "8s\0\0\0\0\0\0"s,
        "16s\0\0\0\0\0"s,
        "8s\0\0\0\0\0\0"s,
        "8s\0\0\0\0\0\0"s,             // formats
        "\0\0\0\x03\x01\x01\x02\x01"s, // codes
    };
    std::string expected;
    for (const auto& word : words) expected += word;

    const auto list = one_of_each();
    const auto made = list.memory().bytes();
    ASSERT_EQ(made.size(), 224U);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(made.data()), made.size()), expected);
    EXPECT_EQ(list.format(), "qdxxxxxxx?xxxxxx?x8s16s8s8s");
}

TEST_F(ShareableList, ReadsWhatItWasMadeOf) {
    const std::vector<item> items{1,      -2.5,       true,      std::monostate{},
                                  "text", "12345678", two_bytes, ""};
    const shareable_list list{items};
    ASSERT_EQ(list.size(), items.size());
    for (std::size_t i = 0; i < items.size(); ++i) EXPECT_EQ(list[i], items[i]) << i;
    EXPECT_TRUE(std::ranges::equal(items, std::vector<item>(list.begin(), list.end())));
}

TEST_F(ShareableList, OfNothingIsAListToo) {
    const shareable_list list{std::vector<item>{}};
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.memory().size(), 16U);
    EXPECT_EQ(list.format(), "");
    EXPECT_TRUE(shareable_list{}.empty());
    EXPECT_TRUE(decode<shareable_list>(encode(shareable_list{})).empty());
}

TEST_F(ShareableList, HandleOfItCrosses) {
    const auto list = one_of_each();
    const auto received = test::cross(list);
    received.set(0, 17);
    EXPECT_EQ(list[0], item{17});
}

TEST_F(ShareableList, IsFoundByItsName) {
    const test::memory_name name;
    const auto made = shareable_list::create(name.text(), {"a", 2});
    const process other{forked, [&] { shareable_list::open(name.text()).set(1, 3.5); }};
    EXPECT_TRUE(other.join().success());
    EXPECT_EQ(made[1], item{3.5});
    EXPECT_THROW((void)shareable_list::create(name.text(), {1}), resource_error);
}

TEST_F(ShareableList, ItemMayChangeItsType) {
    const auto list = one_of_each();
    list.set(0, "eight by"); // bytes
    list.set(1, std::monostate{});
    list.set(2, two_bytes);
    list.set(3, std::numeric_limits<std::int64_t>::min());
    list.set(4, false);
    list.set(5, std::string(16, 'x')); // all of its place
    list.set(6, 0.25);
    list.set(7, "");
    EXPECT_THAT(std::vector<item>(list.begin(), list.end()),
                ElementsAre(item{"eight by"}, item{}, item{two_bytes},
                            item{std::numeric_limits<std::int64_t>::min()}, item{false},
                            item{std::string(16, 'x')}, item{0.25}, item{""}));
    EXPECT_EQ(list.format(), "8sxxxxxx?x8sqxxxxxxx?16sd8s");
}

TEST_F(ShareableList, TextLongerThanItsPlaceIsAnErrorAndChangesNothing) {
    const auto list = one_of_each();
    EXPECT_THROW(list.set(4, "nine byte"), std::length_error);
    EXPECT_THROW(list.set(0, "nine byte"), std::length_error);
    EXPECT_EQ(list[4], item{"text"});
    EXPECT_EQ(list[0], item{1});
}

TEST_F(ShareableList, WhatTheLayoutCannotHoldIsRefused) {
    EXPECT_THROW((shareable_list{"zero\0"s}), std::invalid_argument);
    EXPECT_THROW(one_of_each().set(6, bytes{std::byte{0}}), std::invalid_argument);
    std::string text;
    text.resize(9'999'992, 'x');
    EXPECT_THROW((shareable_list{text}), std::length_error);
    text.pop_back();
    const shareable_list longest{text};
    EXPECT_EQ(longest.format(), "9999992s");
    EXPECT_EQ(longest[0], item{text});
}

TEST_F(ShareableList, ItemOutOfRangeIsAnError) {
    const auto list = one_of_each();
    EXPECT_THROW((void)list.at(8), std::out_of_range);
    EXPECT_THROW((void)list[8], std::out_of_range);
    EXPECT_THROW(list.set(8, 1), std::out_of_range);
    EXPECT_THROW((void)shareable_list{}.at(0), std::out_of_range);
}

TEST_F(ShareableList, FindsItemsByTypeAndValue) {
    const shareable_list list{1, 1.0, true, "1", 1};
    EXPECT_EQ(list.count(1), 2U);
    EXPECT_EQ(list.count(1.0), 1U);
    EXPECT_EQ(list.count("2"), 0U);
    EXPECT_EQ(list.index("1"), 3U);
    EXPECT_EQ(list.index(true), 2U);
    EXPECT_EQ(list.index(std::monostate{}), std::nullopt);
}

/// A list whose memory anybody may write to.
class HostileList : public ShareableList {
protected:
    static constexpr std::size_t offset_0 = 8;
    static constexpr std::size_t offset_1 = 16;
    static constexpr std::size_t format_0 = 48;
    static constexpr std::size_t code_0 = 64;

    void put(std::size_t place, std::int64_t number) const {
        std::memcpy(list.memory().bytes().data() + place, &number, sizeof number);
    }
    void put_format(std::string_view format) const {
        std::memset(list.memory().bytes().data() + format_0, 0, 8);
        std::memcpy(list.memory().bytes().data() + format_0, format.data(), format.size());
    }
    void put_code(int code) const { list.memory().bytes()[code_0] = std::byte(code); }
    [[nodiscard]] bool is_refused() const {
        const auto refuses = [](const auto& call) {
            try {
                call();
            } catch (const layout_error&) {
                return true;
            }
            return false;
        };
        return refuses([&] { (void)shareable_list::in(list.memory()); }) &&
               refuses([&] { (void)test::cross(list); });
    }

    shareable_list list{"text", 5};
};

TEST_F(HostileList, CountThatDoesNotFitIsRefused) {
    for (const std::int64_t count :
         {std::int64_t{-1}, std::int64_t{4}, std::int64_t{1} << 60,
          std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
        put(0, count);
        EXPECT_TRUE(is_refused());
    }
}

TEST_F(HostileList, OffsetsOutOfTheMemoryAreRefused) {
    for (const std::int64_t offset : {std::int64_t{-8}, std::int64_t{17}, std::int64_t{1} << 61,
                                      std::numeric_limits<std::int64_t>::min()}) {
        put(offset_1 + 8, offset); // the end of the last one
        EXPECT_TRUE(is_refused());
        put(offset_1 + 8, 16);
        put(offset_0, offset);
        EXPECT_TRUE(is_refused());
        put(offset_0, 0);
    }
    EXPECT_EQ(shareable_list::in(list.memory())[1], item{5});
}

TEST_F(HostileList, OffsetsThatGoBackAreRefused) {
    put(offset_0, 16);
    EXPECT_TRUE(is_refused());
}

TEST_F(HostileList, ChangeOfOffsetsBehindTheHandleChangesNothing) {
    put(0, 1000);
    put(offset_0, std::int64_t{1} << 40);
    EXPECT_EQ(list[0], item{"text"});
    EXPECT_EQ(list.size(), 2U);
}

TEST_F(HostileList, FormatThatIsNoneIsRefused) {
    for (const std::string_view format :
         {"9s", "99999999", "9999999s", "-1s", "s", "q", "", "8sx", "1 s", "4294967s"}) {
        put_format(format);
        EXPECT_THROW((void)list.at(0), layout_error) << format;
    }
    put_format("3s");
    EXPECT_EQ(list.at(0), item{"tex"});
}

TEST_F(HostileList, CodeThatIsNoneIsRefused) {
    for (const int code : {0, 4, 255}) {
        put_code(code);
        EXPECT_THROW((void)list.at(0), layout_error) << code;
    }
    put_code(2);
    EXPECT_EQ(std::get<bytes>(list.at(0)).size(), 4U);
    put_code(3);
    EXPECT_EQ(list.at(0), item{});
}

TEST_F(HostileList, NumberInAPlaceThatIsTooSmallIsRefused) {
    put(offset_1, 15); // 1 byte is left for the second
    const auto opened = shareable_list::in(list.memory());
    EXPECT_THROW((void)opened.at(1), layout_error);
    EXPECT_THROW(opened.set(1, 5), std::length_error);
    EXPECT_THROW(opened.set(1, std::monostate{}), std::length_error);
}

TEST_F(HostileList, MemoryOfSomethingElseIsRefusedAndNamed) {
    const test::memory_name name;
    const auto memory = shared_memory::create(name.text(), 15);
    try {
        (void)shareable_list::open(name.text());
        FAIL();
    } catch (const layout_error& refused) {
        EXPECT_THAT(refused.what(), HasSubstr(name.text()));
    }
    EXPECT_THROW((void)shareable_list::in(shared_memory{}), layout_error);
}

static_assert(portable<shareable_list> && std::ranges::input_range<const shareable_list>);

} // namespace
} // namespace tandem

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Damaged and forged input: decode() throws codec_error or succeeds, and does nothing else. What
// else it might do (read beyond the end, say) is for the sanitizers to see.

#include <cstring>

#include "codec_allocations.hpp"
#include "codec_suites.hpp"

namespace tandem::test {
namespace {

using reader = void (*)(std::span<const std::byte>);

// False if codec_error was thrown. The memory bound is checked on the way.
bool accepts(reader decode_bytes, const bytes& input) {
    bool whole = true;
    const allocation_watch watch;
    try {
        decode_bytes(input);
    } catch (const codec_error& refusal) {
        whole = false;
        EXPECT_EQ(std::string_view{refusal.what()}.substr(0, 8), "decoding");
    }
    EXPECT_LE(watch.peak_bytes(), 16 * input.size() + 4096);
    return whole;
}

template <class T>
bool decodes(const bytes& input) {
    return accepts([](std::span<const std::byte> from) { static_cast<void>(decode<T>(from)); },
                   input);
}

class CodecHostile : public ::testing::TestWithParam<subject> {};

TEST_P(CodecHostile, EveryTruncationIsRefused) {
    dice d{3};
    for (int round = 0; round < 10; ++round) {
        auto input = GetParam().encode_random(d);
        while (!input.empty()) {
            input.pop_back();
            ASSERT_FALSE(accepts(GetParam().decode, input)) << input.size() << " bytes";
        }
    }
}

TEST_P(CodecHostile, BytesLeftOverAreRefused) {
    dice d{4};
    for (int round = 0; round < 10; ++round) {
        auto input = GetParam().encode_random(d);
        input.push_back(std::byte{0});
        ASSERT_FALSE(accepts(GetParam().decode, input));
    }
}

TEST_P(CodecHostile, MutatedBytesAreRefusedOrAreAValue) {
    dice d{5};
    for (int round = 0; round < 500; ++round) {
        auto input = GetParam().encode_random(d);
        if (input.empty()) continue;
        for (auto changes = 1 + d() % 3; changes > 0; --changes) {
            input[d() % input.size()] = static_cast<std::byte>(d() >> (d() % 8));
        }
        if (accepts(GetParam().decode, input)) {
            EXPECT_NO_THROW(GetParam().decode_and_encode(input));
        }
    }
}

constexpr std::uint64_t forged_counts[] = {1,
                                           7,
                                           200,
                                           1000,
                                           100'000,
                                           std::uint64_t{1} << 32,
                                           std::uint64_t{1} << 60,
                                           std::uint64_t{1} << 61,
                                           ~std::uint64_t{0} / 4,
                                           ~std::uint64_t{0}};

// Overwrites eight bytes of `whole` at each place in turn, or at some 200 of a long one. With 2000
// bytes behind it, counts in the hundreds are believable.
void decode_with_forged_counts(reader decode_bytes, const bytes& whole) {
    const std::size_t step = whole.size() / 400 * 2 + 1; // odd: at each alignment
    for (std::size_t place = 0; place + sizeof(std::uint64_t) <= whole.size(); place += step) {
        for (const std::uint64_t count : forged_counts) {
            bytes damaged = whole;
            std::memcpy(damaged.data() + place, &count, sizeof(count));
            accepts(decode_bytes, damaged);
            damaged.resize(whole.size() + 2000);
            accepts(decode_bytes, damaged);
        }
    }
}

TEST_P(CodecHostile, ForgedCountsAllocateLittle) {
    dice d{6};
    for (int round = 0; round < 3; ++round) {
        decode_with_forged_counts(GetParam().decode, GetParam().encode_random(d));
    }
}

TEST_P(CodecHostile, NoiseAllocatesLittle) {
    dice d{7};
    for (int round = 0; round < 500; ++round) {
        bytes input(d() % 300);
        const std::uint64_t values = 1 + d() % 3; // mostly zeros: small counts, null pointers
        for (std::byte& byte : input) byte = static_cast<std::byte>(d() % 8 ? 0 : d() % values);
        accepts(GetParam().decode, input);
    }
}

INSTANTIATE_TEST_SUITE_P(Compound, CodecHostile, ::testing::ValuesIn(subjects_of(compound_types{})),
                         name_of);

// ---- one level claims what another level has claimed already
// ---------------------------------------

struct wide_tree {
    std::vector<wide_tree> children;
    std::array<int, 1000> rest;
};

TEST(CodecHostileNesting, EachLevelClaimsOnlyWhatNoOtherNeeds) {
    encoder out;
    for (std::uint64_t level = 0; level < 255; ++level) out.write(std::uint64_t{1});
    bytes input{out.bytes().begin(), out.bytes().end()};
    input.resize(input.size() + 4008 + 8);

    EXPECT_FALSE(decodes<wide_tree>(input)); // needs 256 times 4000 bytes; there are 6000
}

// Values that are as they should be, and as large as they can be for their bytes.
template <class T>
void expect_within_bounds(const T& value) {
    EXPECT_TRUE(decodes<T>(encode(value))) << detail::type_name<T>();
}

struct hides_much { // memory that the members take at once, and memory that they allocate at once
    std::optional<std::array<int, 500>> rows;
    std::deque<char> letters;
    std::array<std::int64_t, 10> tail;
};

TEST(CodecMemory, LargeValuesOfFewBytesStayWithinBounds) {
    expect_within_bounds(std::vector<hides_much>(100));
    expect_within_bounds(std::vector<std::optional<hides_much>>(100));
    expect_within_bounds(std::vector<std::optional<hides_much>>(100, hides_much{}));
    expect_within_bounds(std::vector<std::deque<char>>(100));
    expect_within_bounds(std::vector<std::optional<std::deque<char>>>(100, std::deque<char>{}));
    expect_within_bounds(std::vector<std::array<std::deque<char>, 3>>(100));
    expect_within_bounds(std::vector<std::deque<std::array<int, 10'000>>>(100));
    expect_within_bounds(std::deque<std::array<char, 300>>(1000));
    expect_within_bounds(std::deque<bool>(10'000));
    expect_within_bounds(std::list<bool>(10'000));
    expect_within_bounds(std::forward_list<nothing>(10'000));

    std::multiset<char> letters;
    for (int i = 0; i < 10'000; ++i) letters.insert('a');
    expect_within_bounds(letters);
}

TEST(CodecMemory, HashTablesStayWithinBounds) {
    std::unordered_multiset<char> letters;
    for (int i = 0; i < 10'000; ++i) letters.insert(static_cast<char>(i));
    expect_within_bounds(letters);

    std::unordered_map<short, bool> flags;
    for (short i = 0; i < 20'000; ++i) flags[i] = true;
    expect_within_bounds(flags);
}

TEST(CodecMemory, PathsOfShortNamesStayWithinBounds) {
    for (std::size_t names = 1; names < 10'000; names += names / 3 + 1) {
        std::string text;
        for (std::size_t i = 0; i < names; ++i) text += "/a";
        expect_within_bounds(std::filesystem::path{text});
    }
}

TEST(CodecHostileNesting, NestedCountsCannotAddUp) {
    bytes input(100'000);
    for (std::uint64_t level = 0; level < 200; ++level) {
        const std::uint64_t count = (input.size() - 12 * level) / 12 - 20;
        std::memcpy(input.data() + 12 * level + 4, &count, sizeof(count)); // after tree::value
    }

    EXPECT_FALSE(decodes<tree>(input));
}

TEST(CodecHostileNesting, DepthIsLimited) {
    encoder out;
    for (int level = 0; level < 300; ++level) {
        out.write(level);
        out.write(true); // there is a next one
    }

    EXPECT_FALSE(decodes<chain>({out.bytes().begin(), out.bytes().end()}));
}

// ---- single values that must be refused
// ----------------------------------------------------------

template <class T>
std::string refusal(const bytes& input) {
    try {
        static_cast<void>(decode<T>(input));
    } catch (const codec_error& error) {
        return error.what();
    }
    return "accepted";
}

TEST(CodecRefusal, SaysTypePlaceAndReason) {
    encoder out;
    out.write(std::uint64_t{1'000'000});
    out.write_bytes(bytes_of(1, 2, 3, 4));

    EXPECT_EQ(refusal<std::vector<int>>({out.bytes().begin(), out.bytes().end()}),
              "decoding std::vector<int>: 1000000 elements claimed at byte 0, but 4 bytes remain");
    EXPECT_EQ(refusal<int>(bytes_of(1, 2)),
              "decoding int: 4 bytes needed at byte 0, but 2 bytes remain");
    EXPECT_EQ(refusal<int>(bytes_of(1, 2, 3, 4, 5)), "decoding: 1 bytes left over at byte 4");
}

TEST(CodecRefusal, BoolIsZeroOrOne) {
    EXPECT_EQ(refusal<bool>(bytes_of(2)), "decoding bool: neither 0 nor 1, before byte 1");
    EXPECT_EQ((refusal<std::array<bool, 3>>(bytes_of(1, 0, 255))),
              "decoding bool: neither 0 nor 1, before byte 3");
    EXPECT_NE(refusal<std::optional<char>>(bytes_of(2, 'a')), "accepted");
    EXPECT_NE((refusal<std::expected<char, char>>(bytes_of(2, 'a'))), "accepted");
    EXPECT_NE(refusal<std::unique_ptr<char>>(bytes_of(2, 'a')), "accepted");
}

TEST(CodecRefusal, VariantIndexIsInRange) {
    using variant = std::variant<std::monostate, char>;
    EXPECT_EQ(refusal<variant>(bytes_of(0)), "accepted");
    EXPECT_EQ(refusal<variant>(bytes_of(1, 'a')), "accepted");
    EXPECT_NE(refusal<variant>(bytes_of(2, 'a')), "accepted");
}

TEST(CodecRefusal, KeyComesOnce) {
    EXPECT_NE(refusal<std::set<char>>(encode(std::multiset<char>{'a', 'a'})), "accepted");
    EXPECT_NE((refusal<std::map<int, int>>(encode(std::multimap<int, int>{{1, 2}, {1, 3}}))),
              "accepted");
    EXPECT_EQ(refusal<std::set<char>>(encode(std::multiset<char>{'a', 'b'})), "accepted");
}

TEST(CodecRefusal, UnusedBitsAreZero) {
    EXPECT_EQ(refusal<std::bitset<3>>(bytes_of(7)), "accepted");
    EXPECT_NE(refusal<std::bitset<3>>(bytes_of(8)), "accepted");
    EXPECT_EQ(refusal<std::vector<bool>>(bytes_of(3, 0, 0, 0, 0, 0, 0, 0, 7)), "accepted");
    EXPECT_NE(refusal<std::vector<bool>>(bytes_of(3, 0, 0, 0, 0, 0, 0, 0, 8)), "accepted");
}

TEST(CodecRefusal, ElementsWithoutBytesAreCountedToo) {
    EXPECT_NE(refusal<std::vector<nothing>>(encode(std::uint64_t{1} << 40)), "accepted");
    EXPECT_NE((refusal<std::vector<std::array<int, 0>>>(encode(~std::uint64_t{0}))), "accepted");
    EXPECT_NE(refusal<std::list<std::tuple<>>>(encode(std::uint64_t{1} << 40)), "accepted");
}

} // namespace
} // namespace tandem::test

// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

#include "codec_suites.hpp"

namespace tandem::test {
namespace {

class CodecRoundTrip : public ::testing::TestWithParam<subject> {};

TEST_P(CodecRoundTrip, DecodesWhatWasEncoded) {
    dice d{20240229};
    encoder out;
    for (int round = 0; round < 50; ++round) {
        ASSERT_TRUE(GetParam().survives_round_trip(d, out)) << "round " << round;
    }
}

INSTANTIATE_TEST_SUITE_P(Simple, CodecRoundTrip, ::testing::ValuesIn(subjects_of(simple_types{})),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Compound, CodecRoundTrip,
                         ::testing::ValuesIn(subjects_of(compound_types{})), name_of);

TEST(Codec, ConstKeysOfPairsAreMadeInPlace) {
    const std::vector<std::pair<const int, std::string>> pairs{{1, "one"}, {2, "two"}};

    const auto copy = decode<std::vector<std::pair<const int, std::string>>>(encode(pairs));

    EXPECT_EQ(copy, pairs);
}

TEST(Codec, SharedPointersToOneObjectArriveAsTwo) {
    const auto one = std::make_shared<int>(7);

    const auto copy = decode<std::pair<std::shared_ptr<int>, std::shared_ptr<const int>>>(
        encode(std::pair<std::shared_ptr<int>, std::shared_ptr<const int>>{one, one}));

    EXPECT_EQ(*copy.first, 7);
    EXPECT_EQ(*copy.second, 7);
    EXPECT_NE(copy.first, copy.second);
}

TEST(Codec, EncoderKeepsItsMemoryWhenCleared) {
    encoder out;
    out.write(std::vector<int>(1000, 1));
    const auto* const memory = out.bytes().data();

    out.clear();
    out.write(std::vector<int>(1000, 2));

    EXPECT_EQ(out.bytes().data(), memory);
    EXPECT_EQ(out.size(), 8 + 1000 * sizeof(int));
}

TEST(Codec, MovedEncoderTakesTheBytesAlong) {
    encoder first;
    first.write(42);

    encoder second{std::move(first)};

    EXPECT_EQ(decode<int>(second.bytes()), 42);
    first = std::move(second);
    EXPECT_EQ(decode<int>(first.bytes()), 42);
}

TEST(Codec, RawBytesComeBackAsTheyWere) {
    encoder out;
    out.write_bytes(bytes_of(1, 2, 3));
    out.write(9);

    decoder in{out.bytes()};
    const auto raw = in.read_bytes(3);

    EXPECT_EQ(std::vector(raw.begin(), raw.end()), bytes_of(1, 2, 3));
    EXPECT_EQ(in.read<int>(), 9);
    EXPECT_EQ(in.remaining(), 0U);
}

TEST(Codec, NestingOf256LevelsIsTheMost) {
    const auto nested = [](int levels) {
        auto outermost = std::make_unique<chain>();
        for (int i = 1; i < levels; ++i) {
            outermost = std::make_unique<chain>(chain{i, std::move(outermost)});
        }
        return outermost;
    };

    EXPECT_TRUE(same(decode<std::unique_ptr<chain>>(encode(nested(256))), nested(256)));
    EXPECT_THROW((void)encode(nested(257)), codec_error);
}

TEST(Codec, EncoderIsUsableAfterANestingError) {
    chain top;
    for (int i = 0; i < 300; ++i) top = chain{i, std::make_unique<chain>(std::move(top))};
    encoder out;
    EXPECT_THROW(out.write(top), codec_error);

    for (int i = 0; i < 46; ++i) top = std::move(*std::exchange(top.next, nullptr));
    out.clear();
    out.write(top);

    EXPECT_EQ(decode<chain>(out.bytes()), top);
}

struct throws_when_copied {
    throws_when_copied() = default;
    explicit throws_when_copied(int) {}
    throws_when_copied(const throws_when_copied&) { throw 1; }
    throws_when_copied& operator=(const throws_when_copied&) = default;
    template <class Archive>
    void serialize(Archive&) {}
};

TEST(Codec, VariantWithoutAValueCannotBeEncoded) {
    std::variant<int, throws_when_copied> value;
    const throws_when_copied bad;
    EXPECT_THROW(value.emplace<1>(bad), int);
    ASSERT_TRUE(value.valueless_by_exception());

    EXPECT_THROW((void)encode(value), codec_error);
}

} // namespace
} // namespace tandem::test

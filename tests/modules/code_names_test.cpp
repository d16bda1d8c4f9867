// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// Names of code that nobody has sent, or that are not what they should be.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "linked.hpp"
#include "tandem/detail/thunk.hpp"

namespace tandem::test {
namespace {

using testing::HasSubstr;
using bytes = std::vector<std::byte>;

void registered(decoder& /*call*/, detail::result_sink& /*results*/) {}
void not_registered(decoder& /*call*/, detail::result_sink& /*results*/) {}
const detail::thunk_entry entry{&registered};

bytes name_of(const detail::thunk_entry& thunk) {
    encoder out;
    thunk.write_name(out);
    return {out.bytes().begin(), out.bytes().end()};
}

bytes name_of_function(auto* function) {
    encoder out;
    detail::write_function(out, reinterpret_cast<std::uintptr_t>(function));
    return {out.bytes().begin(), out.bytes().end()};
}

std::string refusal(const bytes& name) {
    try {
        decoder in{name};
        (void)detail::read_thunk(in, detail::thunk_kind::call);
    } catch (const codec_error& error) {
        return error.what();
    }
    return "found";
}

std::string refusal_of_function(const bytes& name) {
    try {
        decoder in{name};
        (void)detail::read_function(in);
    } catch (const codec_error& error) {
        return error.what();
    }
    return "found";
}

TEST(CodeNames, RegisteredThunkIsFoundByItsName) {
    const auto name = name_of(entry);
    decoder in{name};

    EXPECT_EQ(&detail::read_thunk(in, detail::thunk_kind::call), &entry);
    EXPECT_EQ(in.remaining(), 0U);
}

TEST(CodeNames, NameIsBuildIdOffsetAndPath) {
    const bytes no_path(8);
    const auto in_program = name_of(entry);
    ASSERT_EQ(in_program.size(), 20U + 8 + 8);
    EXPECT_TRUE(std::equal(no_path.begin(), no_path.end(), in_program.begin() + 28));

    const auto name = name_of_function(&triple_in_library);
    decoder in_library{std::span{name}.subspan(28)};
    EXPECT_THAT(in_library.read<std::string>(), testing::MatchesRegex("/.*/libtest_linked\\.so"));
}

TEST(CodeNames, FunctionThatIsNoThunkIsRefusedAsOne) {
    EXPECT_THAT(refusal(name_of_function(&not_registered)), HasSubstr("registered no such task"));
    EXPECT_THAT(refusal(name_of_function(&triple_in_library)),
                HasSubstr("registered no such task"));
}

TEST(CodeNames, ThunkOfAnotherKindIsRefused) {
    const auto name = name_of(entry);
    decoder in{name};

    EXPECT_THROW((void)detail::read_thunk(in, detail::thunk_kind::job), codec_error);
}

TEST(CodeNames, ThunkIsUnknownOnceItIsGone) {
    bytes name;
    {
        const detail::thunk_entry short_lived{&not_registered};
        name = name_of(short_lived);
        EXPECT_EQ(refusal(name), "found");
    }

    EXPECT_THAT(refusal(name), HasSubstr("registered no such task"));
}

TEST(CodeNames, FunctionsAreFoundInProgramAndLibrary) {
    for (const auto& name :
         {name_of_function(&not_registered), name_of_function(&triple_in_library)})
        EXPECT_EQ(refusal_of_function(name), "found");
}

TEST(CodeNames, OffsetOutsideOfTheCodeIsRefused) {
    for (auto name : {name_of_function(&not_registered), name_of_function(&triple_in_library)}) {
        for (const auto offset : {std::uint64_t{0}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
            std::memcpy(name.data() + 20, &offset, sizeof offset);
            EXPECT_THAT(refusal_of_function(name), HasSubstr("has no code at offset"));
        }
    }
}

TEST(CodeNames, AnotherBuildOfTheProgramIsRefused) {
    auto name = name_of(entry);
    name[0] ^= std::byte{1};

    EXPECT_THAT(refusal(name), HasSubstr("the program is another build here than there"));
}

TEST(CodeNames, ModuleWithoutABuildIdIsNeverMeant) {
    const bytes zeros(20 + 8 + 8);

    EXPECT_THAT(refusal(zeros), HasSubstr("the program is another build here than there"));
}

TEST(CodeNames, TruncatedNameIsRefused) {
    auto name = name_of(entry);
    while (!name.empty()) {
        name.pop_back();
        EXPECT_THAT(refusal(name), HasSubstr("decoding"));
    }
}

} // namespace
} // namespace tandem::test

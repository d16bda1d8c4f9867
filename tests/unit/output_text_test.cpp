// SPDX-FileCopyrightText: The Tandem authors
// SPDX-License-Identifier: Apache-2.0

// How a worker's output is put together again, without workers.

#include "runtime/output_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace tandem::runtime {
namespace {

std::string text_of(const output_mark& mark) { return {mark.begin(), mark.end()}; }

TEST(OutputText, LineComesOutWhenItIsComplete) {
    output_text text;
    std::string shown;

    text.add("one\ntw", shown);
    EXPECT_EQ(shown, "one\n");
    text.add("o\nthree", shown);
    EXPECT_EQ(shown, "one\ntwo\n");
    text.finish(shown);

    EXPECT_EQ(shown, "one\ntwo\nthree\n");
}

TEST(OutputText, EmptyStreamShowsNothing) {
    output_text text{"[tag] "};
    std::string shown;

    text.add("", shown);
    text.finish(shown);

    EXPECT_EQ(shown, "");
    EXPECT_EQ(text.tail(), "");
}

TEST(OutputText, LineThatIsTooLongComesOutInPiecesAndUnchanged) {
    output_text text;
    std::string shown;
    const std::string piece(output_text::longest_line, 'x');

    text.add(piece, shown);
    EXPECT_EQ(shown, "");
    text.add("x", shown);
    EXPECT_EQ(shown.size(), piece.size() + 1);
    text.add("end\n", shown);

    EXPECT_EQ(shown, piece + "xend\n");
}

TEST(OutputText, PrefixStandsBeforeEachLineAndEachPieceOfALine) {
    output_text text{"[w 1] "};
    std::string shown;

    text.add("a\n\nb\nrest", shown);
    text.finish(shown);

    EXPECT_EQ(shown, "[w 1] a\n[w 1] \n[w 1] b\n[w 1] rest\n");
    EXPECT_EQ(text.tail(), "a\n\nb\nrest");
}

TEST(OutputText, TailIsTheLastFourKibibytes) {
    output_text text;
    std::string shown;
    std::string all;

    for (int i = 0; i < 3000; ++i) {
        const auto line = "line " + std::to_string(i) + "\n";
        text.add(line, shown);
        all += line;
    }
    text.finish(shown);

    EXPECT_EQ(text.tail(), all.substr(all.size() - output_text::tail_bytes));
}

TEST(OutputText, MarkEndsAGroupWhereverItIsCut) {
    const auto mark = make_output_mark();
    const auto written = "a1\na2\n" + text_of(mark) + text_of(mark) + "b1" + text_of(mark) + "c";
    for (std::size_t cut = 0; cut <= written.size(); ++cut) {
        output_text text{{}, mark};
        std::string shown;

        text.add(written.substr(0, cut), shown);
        const auto first = shown;
        text.add(written.substr(cut), shown);

        EXPECT_TRUE(first.empty() || first == "a1\na2\n" || first == "a1\na2\nb1\n") << first;
        EXPECT_EQ(shown, "a1\na2\nb1\n");
        text.finish(shown);
        EXPECT_EQ(shown, "a1\na2\nb1\nc\n");
        EXPECT_EQ(text.tail(), "a1\na2\nb1c");
    }
}

TEST(OutputText, GroupThatIsTooLargeComesOutInWholeLinesAndKeepsItsMark) {
    const auto mark = make_output_mark();
    output_text text{{}, mark};
    std::string shown;
    const std::string line(1000, 'y');
    std::string all;
    for (std::size_t i = 0; i < 1100; ++i) all += line + '\n';

    text.add(all + "rest" + text_of(mark).substr(0, 7), shown);
    EXPECT_EQ(shown, all);
    text.add(text_of(mark).substr(7), shown);

    EXPECT_EQ(shown, all + "rest\n");
}

TEST(OutputText, HugeGroupWithoutALineEndKeepsTheBeginningOfItsMark) {
    const auto mark = make_output_mark();
    output_text text{{}, mark};
    std::string shown;
    const std::string all(output_text::largest_group + 100, 'z');

    text.add(all + text_of(mark).substr(0, 9), shown);
    text.add(text_of(mark).substr(9), shown);

    EXPECT_EQ(shown, all + "\n");
}

TEST(OutputText, MarksDifferAndHoldNoLineEnd) {
    const auto mark = make_output_mark();

    EXPECT_NE(mark, make_output_mark());
    EXPECT_EQ(std::ranges::count(mark, '\n'), 0);
    EXPECT_NE(mark, output_mark{});
}

} // namespace
} // namespace tandem::runtime

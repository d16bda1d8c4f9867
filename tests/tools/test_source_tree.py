# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

import unittest

from tree import TreeTest
import source_tree


class SplitLines(TreeTest):
    def split(self, text: str) -> list:
        return [(line.code.rstrip(), line.comment.strip()) for line in source_tree.split_lines(text)]

    def test_comments_are_told_from_code(self) -> None:
        self.assertEqual(self.split("a; // b\n/* c\nd */ e;"), [("a;", "b"), ("", "c"), (" e;", "d")])

    def test_marks_inside_strings_and_characters_begin_no_comment(self) -> None:
        self.assertEqual(self.split(r'f("// \" a", u8"/*"); // b'), [('f("", u8"");', "b")])
        self.assertEqual(self.split(r"f('\'', '\"', L'/'); // b"), [("f('', '', L'');", "b")])

    def test_raw_strings_end_at_their_own_delimiter(self) -> None:
        text = 'f(R"x(// " )" \n)x"); // b'
        self.assertEqual(self.split(text), [('f(""', ""), (");", "b")])

    def test_digit_separators_are_no_characters(self) -> None:
        self.assertEqual(self.split("int a = 10'000'000; // b"), [("int a = 10'000'000;", "b")])

    def test_a_continued_line_comment_goes_on(self) -> None:
        self.assertEqual(self.split("// a \\\nb\nc;"), [("", "a  b"), ("", ""), ("c;", "")])


if __name__ == "__main__":
    unittest.main()

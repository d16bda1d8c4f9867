# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

import unittest

from tree import TreeTest
import check_sizes


class CheckSizes(TreeTest):
    def findings(self, allowed: dict | None = None) -> list:
        return check_sizes.check(self.root, allowed or {})

    def test_files_at_their_limit_pass(self) -> None:
        self.write("src/os/a.hpp", "\n" * 300)
        self.write("src/os/a.cpp", "\n" * 400)
        self.write("tests/unit/a_test.cpp", "\n" * 500)
        self.assertEqual(self.findings(), [])

    def test_one_line_more_is_found(self) -> None:
        for file, limit in (("src/a.hpp", 300), ("src/a.cpp", 400), ("tests/a_test.cpp", 500)):
            self.write(file, "\n" * (limit + 1))
            self.assert_finds(self.findings(), file, f"{limit + 1} lines, the limit is {limit}")

    def test_an_exception_raises_the_limit_of_its_file(self) -> None:
        self.write("src/a.cpp", "\n" * 450)
        allowed = {"src/a.cpp": check_sizes.Allowance(450, "a table")}
        self.assertEqual(self.findings(allowed), [])
        self.write("src/a.cpp", "\n" * 451)
        self.assert_finds(self.findings(allowed), "src/a.cpp", "the limit is 450")

    def test_an_exception_that_is_not_needed_is_found(self) -> None:
        self.write("src/a.cpp", "\n")
        allowed = {
            "src/a.cpp": check_sizes.Allowance(450, "a table"),
            "src/gone.cpp": check_sizes.Allowance(450, "a table"),
        }
        self.assert_finds(self.findings(allowed), "src/a.cpp", "not needed")
        self.assert_finds(self.findings(allowed), "src/gone.cpp", "does not exist")


if __name__ == "__main__":
    unittest.main()

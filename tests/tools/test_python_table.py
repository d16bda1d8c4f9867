#!/usr/bin/python3
# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0
"""docs/python.md has a row for each name of Python's multiprocessing, and what it names is there.

A row has four cells: Python's spelling, ours, what differs, tests. The names in ours must be in the
headers, the tests in tests/ or examples/. A row whose second cell starts with a dash has no
spelling, and needs no test.
"""

import multiprocessing
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Newer than the Python that runs this test.
NEWER_NAMES = {"interrupt"}
NOT_SPELT = "—"


def rows_of(text):
    """The cells of each row of each table that has four columns."""
    rows = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line[1:-1].split("|")]
        is_row = line.startswith("|") and len(cells) == 4
        if is_row and cells[0] != "Python" and set(cells[0]) != {"-"}:
            rows.append(cells)
    return rows


def code_of(cell):
    return re.findall(r"`([^`]+)`", cell)


def names_of(cell):
    """What follows mp::, another :: or a dot in the code of a cell: names that Tandem defines."""
    return {
        name
        for code in code_of(cell)
        for name in re.findall(r"(?<!std)(?:::|\.)([a-z_]\w*)", code)
    }


def words_of(rows):
    """The words in the code of the first cells."""
    return {word for row in rows for code in code_of(row[0]) for word in re.findall(r"\w+", code)}


def names_in_headers():
    names = set()
    for header in (ROOT / "include/tandem").rglob("*.hpp"):
        code = re.sub(r"//.*", "", header.read_text())
        names.update(re.findall(r"\w+", code))
    return names


def tests_in_tree():
    tests = {f"example.{file.stem}" for file in (ROOT / "examples").glob("*.cpp")}
    refused = (ROOT / "tests/compile_fail").glob("*.cpp")
    tests.update(f"compile_fail.{file.stem}" for file in refused)
    macro = re.compile(r"^(?:TYPED_)?TEST(?:_[FP])?\((\w+),\s*(\w+)\)", re.MULTILINE)
    for file in (ROOT / "tests").rglob("*_test.cpp"):
        tests.update(".".join(found) for found in macro.findall(file.read_text()))
    return tests


def faults_of(rows, names, tests):
    """What is wrong with the rows, one string each."""
    faults = []
    for python, ours, _, proof in rows:
        missing = [test for test in code_of(proof) if test not in tests]
        faults += [f"{python}: no header has {name}" for name in names_of(ours) - names]
        faults += [f"{python}: there is no test {test}" for test in missing]
        if not ours.startswith(NOT_SPELT) and not code_of(proof):
            faults.append(f"{python}: no test")
    return faults


class PythonTable(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.rows = rows_of((ROOT / "docs/python.md").read_text())

    def test_names_and_tests_are_there(self):
        faults = faults_of(self.rows, names_in_headers(), tests_in_tree())

        self.assertEqual("\n".join(faults), "")

    def test_each_name_of_the_module_has_a_row(self):
        self.assertEqual(set(multiprocessing.__all__) - words_of(self.rows), set())

    def test_each_member_of_process_has_a_row(self):
        members = {name for name in dir(multiprocessing.Process) if not name.startswith("_")}

        self.assertEqual((members | NEWER_NAMES) - words_of(self.rows), set())

    def test_missing_names_and_tests_are_faults(self):
        row = "| `f()` | `mp::there(x).missing()` | | `Suite.There`, `Suite.Missing` |"
        untested = "| `g()` | `mp::there` | | |"
        absent = "| `h()` | — use something else | | |"

        rows = rows_of("\n".join([row, untested, absent]))
        faults = faults_of(rows, {"there"}, {"Suite.There"})

        self.assertEqual(
            faults,
            [
                "`f()`: no header has missing",
                "`f()`: there is no test Suite.Missing",
                "`g()`: no test",
            ],
        )


if __name__ == "__main__":
    unittest.main()

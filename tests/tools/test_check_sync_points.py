# SPDX-FileCopyrightText: The Tandem authors
# SPDX-License-Identifier: Apache-2.0

import unittest

from tree import TreeTest
import check_sync_points

HEADER = """#pragma once

// A flag.
//
//   [published]  set() stores -> get() loads:  the bytes are complete.

#include <atomic>

"""
STORE = "flag.store(1, std::memory_order_release); // [published]\n"
LOAD = "return flag.load(std::memory_order_acquire); // [published]\n"


class CheckSyncPoints(TreeTest):
    def findings(self, text: str | None = None) -> list:
        if text is not None:
            self.write("src/shm/flag.hpp", text)
        return check_sync_points.check(self.root)

    def found(self, text: str, words: str) -> None:
        self.assert_finds(self.findings(text), "src/shm/flag.hpp", words)

    def test_a_named_pair_passes(self) -> None:
        self.assertEqual(self.findings(HEADER + STORE + LOAD), [])

    def test_a_statement_of_several_lines_with_its_comment_above_passes(self) -> None:
        store = "// [published]\nflag.store(a_long_expression(1),\n    std::memory_order_release);\n"
        self.assertEqual(self.findings(HEADER + store + LOAD), [])

    def test_sources_of_the_same_name_share_the_header_s_names(self) -> None:
        self.write("src/shm/flag.linux.cpp", STORE)
        self.assertEqual(self.findings(HEADER + LOAD), [])

    def test_a_name_that_one_other_file_declares_may_be_used(self) -> None:
        self.write("src/runtime/worker.cpp", STORE)
        self.assertEqual(self.findings(HEADER + LOAD), [])

    def test_a_name_that_two_other_files_declare_is_ambiguous(self) -> None:
        self.write("src/shm/other.hpp", HEADER + STORE + LOAD)
        self.write("src/runtime/worker.cpp", STORE)
        findings = self.findings(HEADER + STORE + LOAD)
        self.assert_finds(findings, "src/runtime/worker.cpp", "declared in src/shm/flag.hpp, src")

    def test_a_release_without_a_name_is_found(self) -> None:
        self.found(HEADER + STORE + LOAD + STORE.replace("[published]", ""), "comment here names it")
        self.found(HEADER + STORE + LOAD + STORE.replace("[published]", "x"), "names no [")

    def test_a_name_that_is_not_declared_is_found(self) -> None:
        self.found(STORE, "[published] is not declared")

    def test_a_declaration_below_the_includes_does_not_count(self) -> None:
        below = "#include <atomic>\n" + HEADER.replace("#include <atomic>", "")
        self.found(below + STORE + LOAD, "[published] is not declared")

    def test_a_name_declared_twice_is_found(self) -> None:
        self.write("src/shm/flag.cpp", HEADER)
        findings = self.findings(HEADER + STORE + LOAD)
        self.assert_finds(findings, "src/shm/flag.hpp", "declared in src/shm/flag.cpp:5 already")

    def test_a_name_used_on_one_side_only_is_found(self) -> None:
        self.found(HEADER + STORE, "[published] is used by no load")
        self.found(HEADER + LOAD, "[published] is used by no store")

    def test_an_exchange_is_both_sides(self) -> None:
        exchange = "flag.exchange(1, std::memory_order_acq_rel); // [published]\n"
        self.assertEqual(self.findings(HEADER + exchange), [])

    def test_a_relaxed_or_seq_cst_without_a_reason_is_found(self) -> None:
        for order in ("std::memory_order_relaxed", "std::memory_order::seq_cst"):
            self.found(f"int b;\nflag.load({order});\n", "says why")
            self.assertEqual(self.findings(f"int b;\nflag.load({order}); // why\n"), [])
            self.assertEqual(self.findings(f"int b;\n// why\nflag.load({order});\n"), [])

    def test_the_reason_of_the_statement_before_is_not_one_s_own(self) -> None:
        line = "flag.load(std::memory_order_relaxed);"
        self.found(f"{line} // why\n{line}\n", "says why")

    def test_an_order_that_is_not_given_is_found(self) -> None:
        self.found("flag.load();\n", "says its memory order")
        self.found("flag->fetch_add(1);\n", "says its memory order")

    def test_consume_is_found(self) -> None:
        self.found("flag.load(std::memory_order_consume); // why\n", "consume is not used")

    def test_orders_in_comments_and_strings_are_none(self) -> None:
        text = '// flag.load(std::memory_order_relaxed)\nauto s = "memory_order_release";\n'
        self.assertEqual(self.findings(text), [])


if __name__ == "__main__":
    unittest.main()
